"""Is a .docx what the standard (ECMA-376, part 1) says? No validator comes as a wheel, so the order of children is checked."""

from __future__ import annotations

import zipfile
from io import BytesIO
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd "
    "snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment "
    "textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid "
    "vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em lang "
    "eastAsianLayout specVanish oMath",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType pgNumType "
    "cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing tblInd "
    "tblBorders shd tblLayout tblCellMar tblLook",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
    "tbl": "tblPr tblGrid tr",
    "tr": "tblPrEx trPr tc",
    "pBdr": "top left bottom right between bar",
    "tcBorders": "top left bottom right insideH insideV",
    "tblBorders": "top left bottom right insideH insideV",
    "settings": "writeProtection view zoom removePersonalInformation defaultTabStop evenAndOddHeaders "
    "characterSpacingControl compat themeFontLang clrSchemeMapping decimalSymbol listSeparator",
}
RANKS = {name: {child: n for n, child in enumerate(children.split())} for name, children in ORDER.items()}
ONCE = {"pPr", "rPr", "tblPr", "tcPr", "pBdr", "tcBorders"}


def faults(content: bytes) -> list[str]:
    """What is wrong with the package; every part is parsed."""
    found: list[str] = []
    with zipfile.ZipFile(BytesIO(content)) as package:
        assert package.testzip() is None
        names = package.namelist()
        assert names[0] == "[Content_Types].xml"
        for name in names:
            if name.endswith((".xml", ".rels")):
                found += [f"{name}: {fault}" for fault in _part(ElementTree.fromstring(package.read(name)))]
    return found


def _part(root: Element) -> list[str]:
    found = []
    for element in (e for e in root.iter() if str(e.tag).startswith(W)):
        kind = str(element.tag).removeprefix(W)
        ranks = RANKS.get(kind)
        children = [str(c.tag).removeprefix(W) for c in element]
        if ranks is not None:
            found += [f"{kind} has {c}" for c in children if c not in ranks]
            places = [ranks.get(c, 0) for c in children]
            if places != sorted(places):
                found.append(f"{kind}: {children}")
            if kind in ONCE and len(set(children)) < len(children):
                found.append(f"{kind} twice: {children}")
        if kind == "tc" and children[-1:] != ["p"]:
            found.append("a cell that does not end with a paragraph")
        if kind == "rFonts" and (
            not element.get(f"{W}eastAsia") or any("Theme" in str(k) for k in element.attrib)
        ):
            found.append(f"fonts: {dict(element.attrib)}")
        if kind == "tbl":
            found += _table(element)
    return found


def _table(table: Element) -> list[str]:
    """Widths stand in the grid and in the cells, and agree."""
    grid = [int(c.get(f"{W}w") or 0) for c in table.iter(f"{W}gridCol")]
    found = [] if grid and all(w > 0 for w in grid) else ["a column without width"]
    for row in table.iter(f"{W}tr"):
        column = 0
        for cell in row.findall(f"{W}tc"):
            span_of = cell.find(f"{W}tcPr/{W}gridSpan")
            span = int(span_of.get(f"{W}val") or 0) if span_of is not None else 1
            width = cell.find(f"{W}tcPr/{W}tcW")
            assert width is not None
            if int(width.get(f"{W}w") or 0) != sum(grid[column : column + span]):
                found.append("a cell as wide as its columns are not")
            column += span
        if column != len(grid):
            found.append(f"a row of {column} columns in a grid of {len(grid)}")
    return found
