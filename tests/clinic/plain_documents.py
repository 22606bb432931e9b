"""List documents with what Word, Excel, PowerPoint, LibreOffice, Acrobat and others write into theirs."""

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tests.clinic.hostile_documents import linked, updated_pdf
from tests.clinic.hostile_files import (
    action,
    field,
    formula,
    inside,
    office,
    open_document,
    open_part,
    outside,
    pdf,
    sheet,
    slide,
)

PNG = b"\x89PNG\r\n\x1a\n"


def rich_pdf() -> bytes:
    """Return a PDF with links, bookmarks, a form, and fonts named F and A."""

    def change(document: pikepdf.Pdf) -> None:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page = document.pages[0].obj
        page.Resources = Dictionary(Font=Dictionary(F=font, A=font))
        page.Trans = Dictionary(Type=Name.Trans, S=Name.Split)
        page.Annots = Array(
            Dictionary(Subtype=Name.Link, F=4, A=action("URI", URI=String(address)))
            for address in ("https://example.com/a?b=c#d", "mailto:a@example.com", "tel:+1949", "www.example.com", "")
        )
        page.Annots.append(Dictionary(Subtype=Name.Link, A=action("Named", N=Name.NextPage)))
        name = document.make_indirect(Dictionary(Subtype=Name.Widget, FT=Name.Tx, T=String("name"), F=4))
        page.Annots.append(name)
        document.Root.AcroForm = Dictionary(Fields=Array([name]))
        document.Root.OpenAction = action("GoTo", D=Array([0, Name.Fit]))
        document.Root.StructTreeRoot = Dictionary(K=Dictionary(S=Name.P, A=Dictionary(O=Name.Layout), Ref=Array()))
        document.Root.URI = Dictionary(Base=String("https://example.com"))

    return pdf(change)


FIELD_CODES = (
    " PAGE ",
    "NUMPAGES  \\* MERGEFORMAT",
    'TOC \\o "1-3" \\h \\z \\u',
    'DATE \\@ "d MMMM yyyy"',
    "=SUM(ABOVE)",
    "REF _Ref1 \\h",
    "ADDIN ZOTERO_ITEM CSL_CITATION {}",
    "EMBED Excel.Sheet.12",
    'HYPERLINK "https://example.com/a b"',
    'HYPERLINK \\l "_Toc1"',
    'HYPERLINK "mailto:a@example.com" \\o "Write" \\t "_blank"',
    "HYPERLINK https://example.com \\h",
)
FORMULAS = (
    "SUM(A1:A9)",
    'IF(A1>1,"yes | no","a!b")',
    "VLOOKUP(A1,'My Sheet'!$A$1:$B$9,2,FALSE)",
    'TEXTJOIN(" | ",TRUE,Sheet1!A1:A3)',
    'A1&" call (949) 555-0100, https://example.com"',
    'HYPERLINK("https://example.com/?a="&A1,"Book")',
    "HYPERLINK(\"#'My Sheet'!A1\")",
    "SUM(Prices[2024])",
    "SUM(Prices[[#This Row],[it''s | new!]])",
    "_xlfn.XLOOKUP(A1,A:A,B:B)",
    "_xlfn._xlws.FILTER(A1:A9,A1:A9>2)",
    "SUMPRODUCT({1,2;3,4})",
    'COUNTIF(A:A,"<>")',
    "INDEX(profile!A1,1)",
    "#REF!",
)
TABLES = {
    "prices": 'Treatment,Price,Change\nBotox,$12,-5\nFiller,-,-10%\n"Peel, deep",1 200,+3\n',
    "contacts": 'Jane,+1 949 555-0100,@janeglow,- call (949) 555-0100\n"Kim","+1 (949) 555-0100","@kim (Instagram)"\n',
    "links": '"-","https://example.com/?a=b"\n@jane,https://example.com\n- see https://example.com,a\n',
    "dashes": "Botox – 20 units;— ask;−5;-5 (per unit)\nMonday: 10:00-18:00;Great!|new!\n",
    "list": "- Image (before and after)\n+ translate (Spanish)\n-10% | hello!\n",
    "separator": "sep=;\nBotox;12\n",
    "numbers": "ID;Price\n1;20\nA2;30\n",
    "numbers and names": "ID,Name\n1,Peel\n2,Facial\n",
    "names of treatments": "ID;Product;Price\nBTX;Botox;12\nC1;Peel;90\n",
    "words like signatures": "Identification;Table;Web\nTABLE 2;WEB;@kim\n[new];$a;%off\n",
    "letter": "From: the clinic\nSubject: aftercare\nDear Jane,\nstart on Monday. Begin: 9:00. Import fees: none.\n",
    "section": "[Aftercare]\nDrink water. Function tests (ALT) are normal.\nRemarks: pause, then go to bed.\n",
    "list of the web": "Web\nOur page: https://example.com\nA table\n0 to 1\n",
    "dollars": "$12 = one unit\n$20 = two units; set of 3; call cmd. Echo of the heart\n",
}
MANIFEST = b"<a><file-entry full-path='/' media-type='application/vnd.oasis.opendocument.text'/></a>"
PLAIN_DOCUMENTS = {
    "pdf of many programs": rich_pdf(),
    "updated pdf": updated_pdf(),
    "updated compressed pdf": updated_pdf(compressed=True),
    "pdf for the web": pdf(linearize=True),
    "pdf with a stream of objects": pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate),
    **{
        f"link of word to {address}": office(link=outside("hyperlink", address))
        for address in ("https://example.com", "HTTP://example.com/a", "mailto:a@example.com", "tel:+1949", "#_Toc1")
    },
    **{f"relation {kind}": office(link=inside(kind, "a.xml")) for kind in ("styles", "header", "image", "comments")},
    **{f"field {code}": office(text=field(code)) for code in FIELD_CODES},
    "field split into pieces": office(text=field(" PA", "GE ")),
    "field in a field": office(text=field(f"IF </w:instrText>{field('PAGE')}<w:instrText> = 1 a b")),
    "field in a text box": office(
        text=f"<x:a xmlns:x='x'><x:Choice><w:txbxContent>{field('PAGE')}</w:txbxContent></x:Choice></x:a>"
    ),
    "simple field": office(text="<w:fldSimple w:instr=' PAGE '/>"),
    "field in a result": office(
        text="<w:fldChar w:fldCharType='begin'/><w:instrText>TOC</w:instrText><w:fldChar w:fldCharType='separate'/>"
        f"{field('PAGEREF a')}<w:fldChar w:fldCharType='end'/>"
    ),
    "pictures": office(
        more=[
            ("word/media/image1.png", PNG),
            ("word/media/image2.jpeg", b"\xff\xd8\xff\xe0"),
            ("word/media/image3.emf", b"\1\0\0\0" + bytes(36) + b" EMF"),
            ("word/media/image4.svg", b"<!DOCTYPE svg><svg><a href='#b'/><image href='data:image/png;base64,'/></svg>"),
            ("word/fonts/font1.odttf", b"\x12\x34" * 22 + b"glyf" + bytes(12) + b"cvt "),
            ("word/media/", b""),
        ],
        more_types="<Default Extension='mp4' ContentType='video/mp4'/>",
    ),
    "drawing of a program": office(
        more=[
            (
                "word/media/a.svg",
                b"<?xml version='1.0'?><!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'http://www.w3.org/Graphics/SVG/1.1/"
                b"DTD/svg11.dtd'><svg xmlns='http://www.w3.org/2000/svg' xmlns:i='http://www.inkscape.org/namespaces/"
                b"inkscape'><title>a</title><style>.a { fill: url(#b) }</style><defs><clipPath id='c'/>"
                b"<linearGradient id='b'/></defs><i:path-effect/><g class='a' clip-path='url(#c)' style='fill:#fff'>"
                b"<path d='M0 0'/></g></svg>",
            )
        ]
    ),
    "pictures under names of other types": office(
        more=[("word/media/a.jpeg", PNG), ("word/media/b.png", b"GIF89a"), ("word/media/c.emf", b"")]
    ),
    "fonts": office("pptx", more=[("ppt/fonts/a.fntdata", bytes(34) + b"LP"), ("ppt/fonts/b.ttf", b"\0\1\0\0")]),
    "words that people read": office(
        text="<w:t>See file:///c:/a, or //evil/share/a</w:t><w:docPr descr='C:\\a.png' title='file:///a.png'/>"
        "<w:compatSetting w:uri='http://schemas.microsoft.com/office/word'/><w:tag w:val='urn:a:b'/>"
        "<w:smartTagType w:url='http://www.example.com/'/><w:lvlText w:val='\\'/><w:shape style='a:b;mso-a:c'/>"
        "<w:dataBinding w:xpath='//ns0:a[1]/ns0:b[1]' w:storeItemID='{A}'/>"
    ),
    "folder of a workbook": sheet("<x:absPath url='\\\\server\\share\\'/><x:numFmt formatCode='0\\ \\\\a'/>"),
    "properties": office(
        more=[
            ("docProps/app.xml", b"<a><Template>\\\\server\\a.dotx</Template><lpwstr>file:///c:/a</lpwstr></a>"),
            ("customXml/item1.xml", b"<?mso-contentType?><a><Url>https://example.com</Url></a>"),
        ]
    ),
    "rules of an open sheet": open_document(
        b"<b:condition b:value='formula-is([.A1]&gt;2)'/><b:sparkline b:data-range='Data.A1:Data.A9'/>"
        b"<b:color-scale-entry b:value='SUM([.A1])'/>",
        kind=b"spreadsheet",
    ),
    "settings of LibreOffice": open_document(
        more=[
            (
                "settings.xml",
                open_part(
                    b"<c:config-item c:name='PrinterName'>\\\\server\\printer</c:config-item>"
                    b"<c:config-item c:name='ColorTableURL'>$(user)/config/standard.soc</c:config-item>"
                ),
            )
        ]
    ),
    "settings of a printer of a Mac": office(
        "pptx", more=[("ppt/printerSettings/printerSettings1.bin", b"\2\0\0\0<?xml?><!DOCTYPE plist>")]
    ),
    "settings of a printer": office("pptx", more=[("ppt/printerSettings/printerSettings1.bin", b"\\\0\\\0p\0")]),
    "slides of Google": office(
        "pptx",
        link="<Relationship Target='metadata' Type='http://customschemas.google.com/relationships/workbookmetadata'/>",
        more=[("ppt/metadata", b"\n\x12")],
        more_types="<Override PartName='/ppt/metadata' ContentType='application/binary'/>",
    ),
    "slide": slide("<a:hlinkClick r:id='r1'/>"),
    **{
        f"slide that jumps {kind}": slide(f"<a:hlinkClick r:id='' action='ppaction://{kind}'/>")
        for kind in ("hlinksldjump", "hlinkshowjump?jump=nextslide", "noaction", "customshow?id=0&amp;return=true")
    },
    "link of a slide": linked("pptx", outside("hyperlink", "https://example.com")),
    "jump of a slide": linked("pptx", inside("slide", "slide2.xml")),
    "sheet": sheet("<x:hyperlink location=\"'My Sheet'!A1\"/><m:sp macro='' textlink='Sheet1!A1'/>"),
    "notes in old drawings": sheet("<m:ClientData ObjectType='Note'/>", "xl/drawings/vmlDrawing1.vml"),
    "formula in a formula": sheet("<x:formula1><m:f>SUM(A1)</m:f></x:formula1>"),
    **{f"formula {text}": formula(text) for text in FORMULAS},
    "open sheet": open_document(
        b"<b:database-range/><b:table-cell b:formula='of:=SUM([.A1:.A2];{1;2|3;4})'/>", kind=b"spreadsheet"
    ),
    "open slides": open_document(
        b"<p:event-listener p:action='next-page'/><p:event-listener p:action='show' x:href='#page1'/>"
        b"<d:a x:href='https://example.com'/>",
        kind=b"presentation",
    ),
    "open text": open_document(
        b"<o:scripts/><t:p>Service: a facial</t:p><t:a x:href='#a'/><t:a x:href='tel:+1949'/><f:form x:href=''/>"
        b"<d:image x:href='Pictures/a.png'/><d:object x:href='./Object 1'/>",
        more=[
            ("Pictures/a.png", PNG),
            ("Object 1/content.xml", open_part(b"")),
            ("ObjectReplacements/Object 1", b"VCLMTF"),
            ("Configurations2/accelerator/current.xml", b""),
            ("Configurations2/images/Bitmaps/", b""),
            ("meta.xml", open_part(b"<t:template x:href='Normal.dotm'/><t:template x:href='../../a/letter.ott'/>")),
            ("META-INF/manifest.xml", MANIFEST),
        ],
    ),
    **{f"table of {name}": text.encode() for name, text in TABLES.items()},
}
