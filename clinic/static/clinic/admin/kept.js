// Send what was kept. A field of the form may be called "submit".
HTMLFormElement.prototype.submit.call(document.getElementById("kept"));
