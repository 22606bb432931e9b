"""Tell which errors of an email server are final."""

import smtplib

# Answers of an email server that are not about one message.
OF_THE_CONNECTION = (smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError)
LOG_IN_CODES = (530, 534, 535, 538)


class NotAcceptedError(Exception):
    """Report that the email server raised no error but accepted nothing."""


def is_final(error: Exception) -> bool:
    """Return whether the server has refused the message for good, with an SMTP code of 500 or more.

    A refused connection or log-in concerns every message. The clinic can mend it, so those are tried again.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _text in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPResponseException) and not isinstance(error, OF_THE_CONNECTION):
        codes = [error.smtp_code]
    else:
        return False
    return bool(codes) and all(code >= 500 and code not in LOG_IN_CODES for code in codes)
