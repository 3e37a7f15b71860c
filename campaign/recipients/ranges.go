package recipients

import (
	"errors"
	"slices"
	"strings"

	"tebar/campaign"
)

// A namedRange is a part of a workbook that has a name: what a defined name stands
// for (ECMA-376, part 1, section 18.2.5), or a table (section 18.5.1.2).
type namedRange struct {
	name   string
	target string // what a defined name refers to, as it is written; "" of a table
	scope  string // the sheet that a defined name belongs to; "" = the workbook
	sheet  string // of a table
	area   area   // of a table, its totals row left out
	hidden bool   // written by a program for itself
}

// located settles where the list stands in the workbook: the sheet, "" where
// none is said, and the area of a range.
func (t *table) located(r *sheetRows, sheets []worksheet, l campaign.List) (sheet string, a *area, err error) {
	if l.Range == "" {
		return l.Sheet, nil, nil
	}
	ref, ok := parseRange(l.Range)
	if !ok {
		return "", nil, t.rangeProblem("the range "+shown(l.Range)+" is not one", rangeForms)
	}
	if ref.sheet != "" && l.Sheet != "" && !sameSheet(ref.sheet, l.Sheet) {
		return "", nil, t.rangeProblem("`range` names the sheet "+shown(ref.sheet)+", and `sheet` the sheet "+shown(l.Sheet), "take one of the two out")
	}
	if ref.sheet == "" {
		ref.sheet = l.Sheet
	}
	if ref.name != "" {
		if ref, err = t.resolve(r, sheets, ref); err != nil {
			return "", nil, err
		}
	}
	return ref.sheet, &ref.area, nil
}

const rangeForms = `write it like A3:F, A3:F200, "'My sheet'!A3:F", or the name of a range or a table of the workbook`

func sameSheet(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

func (t *table) rangeProblem(message, hint string) campaign.Problem {
	p := fileProblem(t.file.name, message, hint)
	p.Field = "recipients.range"
	return p
}

// resolve finds the area that a name stands for.
func (t *table) resolve(r *sheetRows, sheets []worksheet, ref rangeText) (rangeText, error) {
	all, err := r.names(sheets)
	if err != nil {
		return ref, err
	}
	n, found := pickName(all, ref)
	if !found {
		return ref, t.unknownName(all, ref)
	}
	if n.target == "" {
		return t.atSheet(ref, n.name, rangeText{sheet: n.sheet, area: n.area})
	}
	to, ok := parseRange(strings.TrimPrefix(n.target, "="))
	if table := tableIn(n.target, all); !ok && table != nil || ok && to.name != "" && table != nil {
		return t.atSheet(ref, n.name, rangeText{sheet: table.sheet, area: table.area})
	}
	if !ok || to.name != "" {
		return ref, t.rangeProblem("the name "+shown(n.name)+" stands for "+shown(n.target)+", which is not one range of cells",
			"give `range` the cells themselves, like A3:F")
	}
	return t.atSheet(ref, n.name, to)
}

// atSheet refuses a name whose cells stand on another sheet than is said.
func (t *table) atSheet(said rangeText, name string, to rangeText) (rangeText, error) {
	if said.sheet != "" && to.sheet != "" && !sameSheet(said.sheet, to.sheet) {
		return to, t.rangeProblem("the range "+shown(name)+" stands on the sheet "+shown(to.sheet)+", not on "+shown(said.sheet), "take `sheet` out")
	}
	return to, nil
}

// pickName finds a name: one of the sheet that is said, else one of the
// workbook or a table, else the only one of any sheet.
func pickName(all []namedRange, ref rangeText) (namedRange, bool) {
	var global, local []namedRange
	for _, n := range all {
		if !strings.EqualFold(n.name, ref.name) {
			continue
		}
		switch {
		case n.scope == "":
			global = append(global, n)
		case ref.sheet == "" || sameSheet(n.scope, ref.sheet):
			local = append(local, n)
		}
	}
	switch {
	case ref.sheet != "" && len(local) == 1, len(global) == 0 && len(local) == 1:
		return local[0], true
	case len(global) == 1:
		return global[0], true
	}
	return namedRange{}, false
}

// unknownName lists the names that there are.
func (t *table) unknownName(all []namedRange, ref rangeText) error {
	var names []string
	several := 0
	for _, n := range all {
		if strings.EqualFold(n.name, ref.name) {
			several++
		}
		if !n.hidden && !slices.Contains(names, n.name) {
			names = append(names, n.name)
		}
	}
	if several > 1 {
		return t.rangeProblem("several sheets have a range "+shown(ref.name)+" of their own", "say which with `sheet:`")
	}
	hint := "the workbook has no named ranges and no tables; " + rangeForms
	if len(names) > 0 {
		hint = "the names are " + quotedList(names) + "; or write cells, like A3:F"
		if near := nearest(ref.name, names); near != "" {
			hint = "did you mean " + shown(near) + "? " + hint
		}
	}
	return t.rangeProblem("the workbook has no range or table "+shown(ref.name), hint)
}

// tableIn is the table that a defined name stands for as a whole: Table1 or
// Table1[#All].
func tableIn(target string, all []namedRange) *namedRange {
	name, _ := strings.CutSuffix(strings.TrimPrefix(target, "="), "[#All]")
	for i, n := range all {
		if n.target == "" && strings.EqualFold(n.name, name) {
			return &all[i]
		}
	}
	return nil
}

// names are the defined names and the tables of the workbook, in this order.
func (r *sheetRows) names(sheets []worksheet) ([]namedRange, error) {
	list := r.definedNames()
	for _, s := range sheets {
		tables, err := r.archive.tables(s)
		if err != nil {
			return nil, err
		}
		list = append(list, tables...)
	}
	return list, nil
}

func (r *sheetRows) definedNames() (list []namedRange) {
	if r.book.WorkBook.DefinedNames == nil {
		return nil
	}
	all := r.book.WorkBook.Sheets.Sheet // chart sheets count for the scope too
	for _, d := range r.book.WorkBook.DefinedNames.DefinedName {
		n := namedRange{name: d.Name, target: strings.TrimSpace(d.Data), hidden: d.Hidden || strings.HasPrefix(d.Name, "_xlnm.")}
		if id := d.LocalSheetID; id != nil && *id >= 0 && *id < len(all) {
			n.scope = all[*id].Name
		}
		if n.target != "" {
			list = append(list, n)
		}
	}
	return list
}

const relTable = "/table"

// tables are those of one sheet.
func (a *archive) tables(s worksheet) (list []namedRange, err error) {
	rels, err := a.optionalRelations(s.part)
	if err != nil {
		return nil, err
	}
	for _, rel := range rels {
		if !strings.HasSuffix(rel.Type, relTable) {
			continue
		}
		n, err := a.table(rel.Target)
		if err != nil {
			return nil, err
		}
		n.sheet = s.name
		list = append(list, n)
	}
	return list, nil
}

// table reads the head of a table's part.
func (a *archive) table(part string) (n namedRange, err error) {
	d, c, err := a.decode(part)
	if err != nil {
		return n, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	var t struct {
		Name    string `xml:"name,attr"`
		Display string `xml:"displayName,attr"`
		Ref     string `xml:"ref,attr"`
		Totals  int    `xml:"totalsRowCount,attr"`
	}
	if err := d.Decode(&t); err != nil {
		return n, errDamaged("its part " + shown(part) + " is not whole")
	}
	n.name = t.Display
	if n.name == "" {
		n.name = t.Name
	}
	at, ok := parseArea(t.Ref)
	if !ok || at.bottom == 0 || t.Totals < 0 || t.Totals > at.bottom-at.top {
		return n, errDamaged("its table " + shown(n.name) + " stands at " + shown(t.Ref))
	}
	at.bottom -= t.Totals
	n.area = at
	return n, nil
}
