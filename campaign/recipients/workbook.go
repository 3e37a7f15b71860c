package recipients

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"

	"tebar/campaign"
)

// resave is what mends most damaged workbooks.
const resave = "open it in Excel or LibreOffice, look whether all rows are there, and save it again as .xlsx"

// A worksheet of a workbook, chart sheets left out.
type worksheet struct {
	name    string
	part    string
	visible bool
}

// sheetRows are the rows of one sheet: excelize gives the text of the cells,
// the scan their types, and the display what Excel would show.
type sheetRows struct {
	book    *excelize.File
	archive *archive
	rows    *excelize.Rows // nil where the sheet is plain
	scan    rowScan
	sheet   string
	display *display
	strings int // shared strings in the workbook
	at      int // rows taken from excelize
}

// A rowScan gives the rows of a sheet from its XML.
type rowScan interface {
	next() (*sheetRow, error)
	share() float64
	close() error
}

// openWorkbook opens the workbook and picks the sheet.
func (t *table) openWorkbook(l campaign.List) error {
	z, err := t.openParts(l)
	if err != nil {
		return t.bookProblem(err)
	}
	book, err := z.book(t.file.path)
	if err != nil {
		return errors.Join(t.bookProblem(errDamaged("it cannot be opened ("+err.Error()+")")), z.close())
	}
	r := &sheetRows{book: book, archive: z, display: newDisplay(book)}
	a, err := t.pick(r, l)
	if err != nil {
		return errors.Join(t.bookProblem(err), r.close())
	}
	if t.rows = r; a != nil {
		t.area, t.rows = a, areaRows{r, *a}
		t.source.Range, t.source.Left = a.String(), a.left-1
	}
	return nil
}

// openParts opens the archive of the workbook, decrypted where it is locked.
func (t *table) openParts(l campaign.List) (*archive, error) {
	if !t.file.survey.crypted {
		return openArchive(t.file.path, t.file.survey.sum)
	}
	text, err := t.file.unlock(l.Password)
	if err != nil {
		return nil, err
	}
	return unlockedArchive(text, t.file.survey.sum)
}

// bookProblem words what is wrong with a workbook as a whole.
func (t *table) bookProblem(err error) error {
	var damaged errDamaged
	switch {
	case errors.As(err, &damaged):
		return fileProblem(t.file.name, "the workbook is damaged: "+string(damaged), resave)
	case errors.Is(err, errTooLarge):
		return fileProblem(t.file.name, fmt.Sprintf("the workbook is too large: unpacked over %d MB, or a part of it holds too much", maxUnzipped>>20),
			"save the sheet of the list as CSV UTF-8")
	}
	return err
}

// pick chooses the sheet and begins to read it; a is the area of a range, nil
// where the list says none.
func (t *table) pick(r *sheetRows, l campaign.List) (a *area, err error) {
	sheets, err := r.sheets()
	if err != nil {
		return nil, err
	}
	name, a, err := t.located(r, sheets, l)
	if err != nil {
		return nil, err
	}
	s, err := t.choose(r, sheets, name)
	if err != nil {
		return nil, err
	}
	t.source.Sheet = s.name
	if t.unseen, err = r.archive.hiddenColumns(s.part); err != nil {
		return nil, err
	}
	return a, r.begin(s)
}

// begin begins to read a sheet.
func (r *sheetRows) begin(s worksheet) (err error) {
	if r.strings, err = r.archive.sharedStrings(); err != nil {
		return err
	}
	r.sheet = s.name
	if r.archive.plain[partName(s.part)] {
		r.scan, err = r.archive.scanPlain(s.part)
		return err
	}
	if r.scan, err = r.archive.scan(s.part, s.name); err != nil {
		return err
	}
	if r.rows, err = r.book.Rows(s.name); err != nil {
		return errDamaged("its sheet " + shown(s.name) + " cannot be read (" + err.Error() + ")")
	}
	return nil
}

// sheets lists the worksheets in the order of their tabs.
func (r *sheetRows) sheets() ([]worksheet, error) {
	parts, err := r.archive.sheetParts()
	if err != nil {
		return nil, err
	}
	if r.book.WorkBook == nil {
		return nil, errDamaged("its list of sheets is missing")
	}
	var list []worksheet
	for _, s := range r.book.WorkBook.Sheets.Sheet {
		if part, ok := parts[s.ID]; ok {
			list = append(list, worksheet{s.Name, part, s.State == "" || s.State == "visible"})
		}
	}
	if len(list) == 0 {
		return nil, errDamaged("it holds no worksheet")
	}
	return list, nil
}

// choose gives the named sheet, else the first visible one with cells.
func (t *table) choose(r *sheetRows, sheets []worksheet, name string) (worksheet, error) {
	var names []string
	for _, s := range sheets {
		names = append(names, s.name)
		if name != "" && sameSheet(s.name, name) {
			return s, nil
		}
	}
	if name != "" {
		hint := "the sheets are " + quotedList(names)
		if near := nearest(name, names); near != "" {
			hint = "did you mean " + shown(near) + "? " + hint
		}
		return worksheet{}, fileProblem(t.file.name, "the workbook has no sheet "+shown(name), hint)
	}
	for _, s := range sheets {
		if !s.visible {
			continue
		}
		filled, err := r.filled(s)
		if err != nil || filled {
			return s, err
		}
	}
	return worksheet{}, fileProblem(t.file.name, "no visible sheet holds anything",
		"if the list is on a hidden sheet, name it: `sheet:`; the sheets are "+quotedList(names))
}

// filled says whether a sheet has a cell that holds something.
func (r *sheetRows) filled(s worksheet) (bool, error) {
	scan, err := r.archive.scan(s.part, s.name)
	if err != nil {
		return false, err
	}
	defer scan.close()
	for {
		row, err := scan.next()
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		for _, c := range row.cells {
			if c.holds() {
				return true, nil
			}
		}
	}
}

// next gives the next <row> of the sheet; rows that the file leaves out are
// blank.
func (r *sheetRows) next() (record, error) {
	row, err := r.scan.next()
	if err != nil {
		return record{}, r.damage(err)
	}
	texts, err := r.texts(row.number)
	if err != nil {
		return record{}, err
	}
	rec := record{number: row.number, hidden: row.hidden}
	for _, c := range row.cells {
		text := c.text
		if c.column <= len(texts) {
			text = texts[c.column-1]
		}
		if err := r.check(c, text, row.number); err != nil {
			return record{}, err
		}
		if text == "" && !c.formula {
			continue
		}
		for len(rec.cells) < c.column {
			rec.cells = append(rec.cells, "")
		}
		rec.cells[c.column-1] = r.display.show(c, text)
		rec.note(c, rec.cells[c.column-1], r.display.doubt)
	}
	return rec, nil
}

// texts takes the raw cells of a row from excelize; of a plain sheet there are
// none to take.
func (r *sheetRows) texts(number int) ([]string, error) {
	if r.rows == nil {
		return nil, nil
	}
	for r.at < number {
		if r.at++; !r.rows.Next() {
			return nil, r.damage(errDamaged(fmt.Sprintf("its sheet %s breaks off before row %d", shown(r.sheet), number)))
		}
		texts, err := r.rows.Columns()
		if err != nil {
			return nil, r.damage(errDamaged("its sheet " + shown(r.sheet) + " cannot be read (" + err.Error() + ")"))
		}
		if r.at == number {
			return texts, nil
		}
	}
	return nil, nil
}

// check compares the two readings of one cell.
func (r *sheetRows) check(c cell, text string, row int) error {
	bad := c.value != "" && text == "" && c.kind != "s" && c.kind != "inlineStr"
	if c.kind == "s" && c.value != "" {
		n, err := strconv.Atoi(c.value)
		bad = err != nil || n < 0 || n >= r.strings
	}
	if !bad {
		return nil
	}
	return r.damage(errDamaged(fmt.Sprintf("its cell %s%d points to a text that is not there", columnLetters(c.column), row)))
}

// damage makes a problem of what is not whole.
func (r *sheetRows) damage(err error) error {
	var damaged errDamaged
	if !errors.As(err, &damaged) {
		return err
	}
	return campaign.Problem{Severity: campaign.Error, Message: "the workbook is damaged: " + string(damaged), Hint: resave}
}

// note warns of a cell that shows an error or is in doubt, or a formula that was
// never worked out. Where the column matters, it is more than a warning
// (weigh).
func (rec *record) note(c cell, text, doubt string) {
	switch {
	case doubt != "":
		rec.flaws = append(rec.flaws, flaw{
			column: c.column, note: true, message: doubt,
			hint: "mend the cell, or its format; as it stands the letter shows " + shown(text),
		})
	case c.kind == "e":
		rec.flaws = append(rec.flaws, flaw{
			column: c.column, note: true, unknown: true, message: "the cell shows the error " + shown(text),
			hint: "mend the formula; as it stands the letter shows the error",
		})
	case c.formula && text == "" && c.value == "" && (c.kind != "str" || !c.given):
		rec.flaws = append(rec.flaws, flaw{
			column: c.column, note: true, unknown: true, message: "the cell holds a formula whose result is not in the file",
			hint: "open the workbook in Excel or LibreOffice and save it, so that the result is kept",
		})
	}
}

func (r *sheetRows) share() float64 { return r.scan.share() }

func (r *sheetRows) close() error {
	var errs []error
	if r.rows != nil {
		_ = r.rows.Close() // tells again why the reading ended, which the scan has told
	}
	if r.scan != nil {
		errs = append(errs, r.scan.close())
	}
	return errors.Join(append(errs, r.book.Close(), r.archive.close(), r.display.close())...)
}
