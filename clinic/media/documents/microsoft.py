"""Check that a file of Word, Excel or PowerPoint runs nothing and loads nothing."""

import re
from xml.etree.ElementTree import Element  # for the annotations only

from .fields import FIELD_TAGS, check_fields
from .outside import is_web_link, reaches_outside
from .package import (
    FONTS,
    PICTURES,
    VISIBLE_KEYS,
    XML,
    Allowance,
    Package,
    check_link,
    check_value,
    local_attributes,
    suffix_of,
)
from .refusals import ACTIVE, FORMULA, LINK, WRONG_CONTENT, refuse_if

OFFICE_TYPE = "application/vnd.openxmlformats-officedocument."
OFFICE_TYPES = {
    ".docx": f"{OFFICE_TYPE}wordprocessingml.document.main+xml",
    ".xlsx": f"{OFFICE_TYPE}spreadsheetml.sheet.main+xml",
    ".pptx": f"{OFFICE_TYPE}presentationml.presentation.main+xml",
}
ACTIVE_PART = re.compile(
    r"vba|macro|activex|ole-?object|external-?link|connections|querytable|webextension|customui|dialogsheet"
    r"|attachedtoolbars|keymapcustomizations|volatiledependencies|mailmerge|recipientdata",
    re.IGNORECASE,
)
PART_TYPE = re.compile(
    rf"application/(?:xml|binary|inkml\+xml|vnd\.(?:openxmlformats|ms)-[\w.-]+\+xml|x-font[\w-]*)|image/[\w.+-]+|text/xml"
    rf"|{re.escape(OFFICE_TYPE)}(?:vmlDrawing|obfuscatedFont|\w+\.(?:printerSettings|document|sheet|presentation))",
    re.IGNORECASE,
)
# What a part may refer to. Sound, video, objects, templates, frames, imported text and data of elsewhere are left out.
RELATIONS = set(
    "officeDocument core-properties extended-properties extendedProperties custom-properties thumbnail "
    "classificationlabels customXml customXmlProps theme themeOverride image hdphoto hyperlink font package chart "
    "chartEx chartStyle chartColorStyle chartUserShapes diagramData diagramLayout diagramQuickStyle diagramColors "
    "diagramDrawing legacyDiagramText drawing vmlDrawing printerSettings styles stylesWithEffects settings "
    "webSettings fontTable numbering header footer footnotes endnotes comments commentsExtended commentsIds "
    "commentsExtensible people glossaryDocument worksheet chartsheet sharedStrings calcChain sheetMetadata table "
    "pivotTable pivotCacheDefinition pivotCacheRecords slicer slicerCache timeline timelineCache threadedComment "
    "person ctrlProp FeaturePropertyBag rdRichValue rdRichValueStructure rdRichValueTypes richValueRel rdArray "
    "richStyles rdSupportingPropertyBag rdSupportingPropertyBagStructure slide slideLayout slideMaster notesSlide "
    "notesMaster handoutMaster presProps viewProps tableStyles tags commentAuthors authors revisionInfo changesInfo "
    "namedSheetView documenttasks customData customDataProps wsSortMap".split()
)
# Google's programs keep data of their own in such parts. Others do not read it.
GOOGLE_PART = re.compile(r"(?:ppt|word|xl)/(?:metadata|commentsmeta\d*)")
GOOGLE_RELATION = re.compile(r"http://customschemas\.google\.com/relationships/(?:\w*metadata|commentsmeta\d*)")
PRINTER_PART = re.compile(r"(?:ppt|word|xl)/(?:printersettings/)?printersettings\d*\.bin", re.IGNORECASE)
ACTIVE_TAGS = set(
    "altChunk audioCd cmd ddeLink entryMacro exitMacro mailMerge oleLink saveThroughXslt subDoc webPublishItem "
    "webVideoPr DataMashup".split()
)
SLIDE_JUMP = re.compile(r"(?:ppaction://(?:hlinksldjump|hlinkshowjump\?jump=\w+|customshow\?[\w=&;]*|noaction))?$")
FORMULA_TAGS = set(
    "f formula formula1 formula2 oldFormula definedName calculatedColumnFormula totalsRowFormula".split()
)
TEXT_TAGS = FORMULA_TAGS | {"FmlaMacro", "HyperlinkBase"}
# Words that people read, and names of files that no program opens.
VISIBLE_TAGS = TEXT_TAGS | set(
    "t delText instrText delInstrText v lpwstr lpstr bstr title subject description keywords creator lastModifiedBy "
    "category contentStatus Company Manager Template text author formatCode oddHeader oddFooter evenHeader evenFooter "
    "firstHeader firstFooter".split()
)
FORMULA_KEYS = set("formula textlink fmlaLink fmlaRange fmlaGroup fmlaTxbx linkedCell listFillRange".split())


def check_microsoft(data: bytes, suffix: str, allowance: Allowance | None = None) -> None:
    package = Package(data, allowance or Allowance())
    _check_types(package, suffix)
    for name in package.sizes:
        refuse_if(ACTIVE_PART.search(name), ACTIVE, "document_active")
        kind = suffix_of(name)
        if kind in XML:
            root = package.read_xml(name)
            _check_relations(root) if kind == "rels" else _check_part(root)
        elif f".{kind}" in OFFICE_TYPES:
            check_microsoft(package.archive.read(name), f".{kind}", package.allowance)
        else:
            _check_data(package, name, kind)


def _check_data(package: Package, name: str, kind: str) -> None:
    if GOOGLE_PART.fullmatch(name):
        package.check_data(name)
    elif PRINTER_PART.fullmatch(name):
        package.check_data(name, is_binary=True)
    else:
        refuse_if(kind not in PICTURES | FONTS, ACTIVE, "document_active")
        package.check_media(name)


def _check_types(package: Package, suffix: str) -> None:
    tags = list(package.read_xml("[Content_Types].xml"))
    of_parts = {tag.get("ContentType", "") for tag in tags if tag.get("PartName")}
    refuse_if(OFFICE_TYPES[suffix] not in of_parts, WRONG_CONTENT, "document_content")
    # Some programs list the types of all suffixes that they know, so look only at those in use.
    suffixes = {suffix_of(name) for name in package.sizes}
    of_suffixes = {tag.get("ContentType", "") for tag in tags if tag.get("Extension", "").lower() in suffixes - {""}}
    for kind in of_parts | of_suffixes:
        refuse_if(ACTIVE_PART.search(kind) or not PART_TYPE.fullmatch(kind), ACTIVE, "document_active")


def _check_relations(root: Element) -> None:
    for relation in root.iter():
        target = relation.get("Target", "").strip()
        kind = relation.get("Type", "").rpartition("/")[2]
        if kind == "hyperlink":
            check_link(target)
        elif target:
            is_outside = relation.get("TargetMode", "Internal") != "Internal" or re.search(r":|\\|^//", target)
            is_known = kind in RELATIONS or GOOGLE_RELATION.fullmatch(relation.get("Type", ""))
            refuse_if(is_outside or not is_known, ACTIVE, "document_active")


def _check_part(root: Element) -> None:
    has_fields = False
    for tag in root.iter():
        name = tag.tag.rpartition("}")[2]
        has_fields = has_fields or name in FIELD_TAGS
        refuse_if(name in ACTIVE_TAGS, ACTIVE, "document_active")
        text = (tag.text or "").strip()
        # A tag within would hide a part of the text. Only a formula may stand within a formula.
        has_tags = name in TEXT_TAGS and any(child.tag.rpartition("}")[2] not in FORMULA_TAGS for child in tag)
        refuse_if(has_tags, ACTIVE, "document_active")
        is_formula = name in FORMULA_TAGS or name.lower().startswith("fmla")
        refuse_if(is_formula and reaches_outside(text), FORMULA, "document_formula")
        if not (is_formula or name in VISIBLE_TAGS):
            check_value(text)
        refuse_if(name == "cfvo" and reaches_outside(tag.get("val", "")), FORMULA, "document_formula")
        refuse_if(name == "FmlaMacro" and text, ACTIVE, "document_active")
        refuse_if(name == "HyperlinkBase" and not is_web_link(text), LINK, "document_link")
        for key, value in local_attributes(tag):
            # A picture of VML is loaded from there.
            refuse_if(key == "href" and name in ("imagedata", "fill", "stroke"), ACTIVE, "document_active")
            # The folder where a workbook was saved is kept in absPath.
            if name != "absPath":
                _check_attribute(key, value)
    if has_fields:
        check_fields(root)


def _check_attribute(key: str, value: str) -> None:
    is_active = (
        (key == "action" and ":" in value and not SLIDE_JUMP.match(value))
        or (key in ("macro", "fmlaMacro") and value)
        or (key in ("xlm", "vbProcedure") and value in ("1", "true"))
        or (key in ("src", "althref") and re.search(r":|\\|^\s*//", value))
    )
    refuse_if(is_active, ACTIVE, "document_active")
    refuse_if(key in FORMULA_KEYS and reaches_outside(value), FORMULA, "document_formula")
    is_link = key in ("href", "invalidUrl") and value and not is_web_link(value)
    refuse_if(is_link or (key == "location" and re.search(r"[/\\]", value)), LINK, "document_link")
    if key not in VISIBLE_KEYS:
        check_value(value)
