"""Makes workbooks with two writers, and says what Excel shows of each cell.

The workbooks are written to the directory given, by openpyxl and XlsxWriter.
Then openpyxl reads them back, and what it reads is shown by the cell's number
format with means of Python's own: decimal, datetime, strftime.

On stdout one JSON object a workbook: {"file", "sheet", "rows": [{column: text}]}
"""

import datetime
import decimal
import json
import os
import random
import sys

import openpyxl
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

ROWS = 150
SHEET = "People"


def fixed(number, places, group=""):
    """A number with so many places, rounded as Excel does: by its 15 digits, halves up."""
    exact = decimal.Context(prec=15).plus(decimal.Decimal(abs(number)))
    if isinstance(number, int):
        exact = decimal.Decimal(abs(number))
    shown = exact.quantize(decimal.Decimal(1).scaleb(-places), decimal.ROUND_HALF_UP)
    text = f"{shown:{group}.{places}f}"
    return "-" + text if number < 0 and shown else text


def general(number):
    if number == int(number):
        return str(int(number))
    whole = len(str(int(abs(number))))
    return fixed(number, 10 - whole).rstrip("0").rstrip(".")


def power(number):
    exact = decimal.Context(prec=15).plus(decimal.Decimal(abs(number)))
    digits = decimal.Context(prec=3, rounding=decimal.ROUND_HALF_UP).plus(exact)
    if not digits:
        return "0.00E+00"
    exponent = digits.adjusted()
    return ("-" if number < 0 else "") + f"{digits.scaleb(-exponent):.2f}E{exponent:+03d}"


def eighths(number):
    n = int(decimal.Decimal(number * 8).quantize(decimal.Decimal(1), decimal.ROUND_HALF_UP))
    whole, top = divmod(n, 8)
    return " ".join(p for p in (str(whole) if whole or not top else "", f"{top}/8" if top else "") if p)


def hours(span):
    seconds = round(span.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def brackets(number):
    text = fixed(abs(number), 2, ",")
    return f"({text})" if number < 0 else text


def day(*layout):
    """By strftime, %- being no zero in front."""
    return lambda when: "".join(when.strftime(part[0] + part[-1]).lstrip("0") if part[:2] == "%-" else when.strftime(part) for part in layout)


# By format: what shows it, and what kind of value is put there.
FORMATS = {
    "General": (general, "number"),
    "0": (lambda v: fixed(v, 0), "number"),
    "0.00": (lambda v: fixed(v, 2), "number"),
    "#,##0": (lambda v: fixed(v, 0, ","), "number"),
    "#,##0.000": (lambda v: fixed(v, 3, ","), "number"),
    "0%": (lambda v: fixed(v * 100, 0) + "%", "share"),
    "0.0%": (lambda v: fixed(v * 100, 1) + "%", "share"),
    "00000": (lambda v: f"{v:05d}", "count"),
    "000-000-0000": (lambda v: f"{v:010d}"[:3] + "-" + f"{v:010d}"[3:6] + "-" + f"{v:010d}"[6:], "count"),
    '"Rp" #,##0': (lambda v: "Rp " + fixed(v, 0, ","), "count"),
    "[$€-407] #,##0.00": (lambda v: "€ " + fixed(v, 2, ","), "share"),
    "#,##0.00_);(#,##0.00)": (brackets, "number"),
    '[Red][<100]0.0;0" or more"': (lambda v: fixed(v, 1) if v < 100 else f"{v} or more", "count"),
    '0.0,"k"': (lambda v: fixed(v / 1000, 1) + "k", "count"),
    "0.00E+00": (power, "number"),
    "# ?/8": (eighths, "share"),
    "@": (str, "count"),
    "yyyy-mm-dd": (day("%Y-%m-%d"), "day"),
    "dd.mm.yyyy": (day("%d.%m.%Y"), "day"),
    "dddd, d mmmm yyyy": (day("%A, ", "%-d", " %B %Y"), "day"),
    "[$-409]d-mmm-yy;@": (day("%-d", "-%b-%y"), "day"),
    "mm-dd-yy": (day("%Y-%m-%d"), "day"),  # format 14: follows the country
    "yyyy-mm-dd hh:mm:ss": (day("%Y-%m-%d %H:%M:%S"), "moment"),
    "m/d/yy h:mm": (day("%Y-%m-%d %H:%M"), "moment"),  # format 22: likewise
    "d/m/yyyy h:mm AM/PM": (day("%-d", "/", "%-m", "/%Y ", "%-I", ":%M %p"), "moment"),
    "hh:mm": (day("%H:%M"), "time"),
    "[h]:mm:ss": (hours, "span"),
}


def value(kind, r, early):
    """A value of a kind; early is the first day of the epoch that both writers know."""
    if kind == "number":
        return round(r.uniform(-1, 1) * 10 ** r.randint(0, 9), r.randint(0, 6))
    if kind == "share":
        return round(r.uniform(0.001, 60), r.randint(0, 5))
    if kind == "count":
        return r.randint(0, 10 ** r.randint(1, 10) - 1)
    if kind == "span":
        return datetime.timedelta(seconds=r.randint(0, 10**7))
    if kind == "time":
        return datetime.time(r.randint(0, 23), r.randint(0, 59), r.randint(0, 59))
    when = early + datetime.timedelta(days=r.randint(0, 60000))
    if kind == "day":
        return when
    return when.replace(hour=r.randint(0, 23), minute=r.randint(0, 59), second=r.randint(0, 59))


TEXTS = ["  two  blanks ", "one\ntwo", "東京 😀", "<b> & \"c\"", "=1+1", "0049", "12345678901234567890", "'quoted", "#N/A?", "a\tb", "TRUE"]


def rows(seed, early):
    r = random.Random(seed)
    for n in range(ROWS):
        yield [f"person{n}@example.org", TEXTS[n % len(TEXTS)], n % 3 == 0] + [value(kind, r, early) for _, kind in FORMATS.values()]


HEAD = ["email", "text", "flag"] + [f"c{i}" for i in range(len(FORMATS))]


def by_openpyxl(path, early, epoch=None, **options):
    book = openpyxl.Workbook(**options)
    if epoch:
        book.epoch = epoch
    sheet = book.active
    sheet.title = SHEET
    sheet.append(HEAD)
    for n, row in enumerate(rows(path, early), 2):
        sheet.append(row)
        sheet.cell(n, 2).data_type = "s"
        for i, code in enumerate(FORMATS):
            sheet.cell(n, 4 + i).number_format = code
    book.save(path)


def by_xlsxwriter(path, early, **options):
    book = xlsxwriter.Workbook(path, {"remove_timezone": True, **options})
    book.add_worksheet("Old").hide()
    sheet = book.add_worksheet(SHEET)
    numbers = {"mm-dd-yy": 14, "m/d/yy h:mm": 22, "General": 0}
    styles = [book.add_format({"num_format": numbers.get(code, code)} if code != "General" else {}) for code in FORMATS]
    sheet.write_row(0, 0, HEAD)
    for n, row in enumerate(rows(path, early), 1):
        sheet.write_string(n, 0, row[0])
        sheet.write_string(n, 1, row[1])
        sheet.write_boolean(n, 2, row[2])
        for i, cell in enumerate(row[3:]):
            if isinstance(cell, int) and n % 2:
                sheet.write_formula(n, 3 + i, f"={cell}+0", styles[i], cell)
            else:
                sheet.write(n, 3 + i, cell, styles[i])
        if n % 7 == 0:
            sheet.set_row(n, None, None, {"hidden": True})
    sheet.activate()
    sheet.set_first_sheet()
    book.close()


def shown(cell):
    if isinstance(cell.value, bool):
        return str(cell.value).upper()
    if isinstance(cell.value, str):
        return cell.value
    return FORMATS[cell.number_format][0](cell.value)


def main(folder):
    os.chdir(folder)
    old, late = datetime.datetime(1900, 3, 1), datetime.datetime(1904, 1, 2)
    by_openpyxl("openpyxl.xlsx", old)
    by_openpyxl("openpyxl-1904.xlsx", late, CALENDAR_MAC_1904)
    by_openpyxl("openpyxl-iso.xlsx", old, iso_dates=True)
    by_xlsxwriter("xlsxwriter.xlsx", old)
    by_xlsxwriter("xlsxwriter-1904.xlsx", late, date_1904=True)
    by_xlsxwriter("xlsxwriter-inline.xlsx", old, constant_memory=True)
    for name in sorted(os.listdir(".")):
        sheet = openpyxl.load_workbook(name, data_only=True)[SHEET]
        lines = [dict(zip(HEAD, map(shown, row))) for row in sheet.iter_rows(min_row=2)]
        print(json.dumps({"file": name, "sheet": SHEET, "rows": lines}))


main(sys.argv[1])
