package templates

import (
	"fmt"
	htmltemplate "html/template"
	"maps"
	"reflect"
	"slices"
	"strings"
	texttemplate "text/template"

	"github.com/go-sprout/sprout"
	"github.com/go-sprout/sprout/registry/std"
	sproutstrings "github.com/go-sprout/sprout/registry/strings"
)

// fromSprout are the functions taken from go-sprout: those that read nothing
// but their arguments, respect characters of more than a byte, and cannot
// grow a text without end.
var fromSprout = []string{
	"all", "any", "cat", "empty", "ternary",
	"capitalize", "uncapitalize", "hasPrefix", "hasSuffix", "nospace", "quote", "squote",
	"trimAll", "trimPrefix", "trimSuffix",
}

// functions are all that a letter may call, but for text/template's own.
var functions = func() map[string]any {
	offered := sprout.New(sprout.WithRegistries(std.NewRegistry(), sproutstrings.NewRegistry())).Build()
	fns := map[string]any{}
	for _, name := range fromSprout {
		fns[name] = offered[name]
	}
	for _, name := range []string{"cat", "quote", "squote"} {
		fns[name] = sized(offered[name].(func(...any) string))
	}
	maps.Copy(fns, wordFunctions)
	maps.Copy(fns, sizedFunctions)
	maps.Copy(fns, numberFunctions)
	maps.Copy(fns, linkFunctions)
	maps.Copy(fns, codeFunctions)
	maps.Copy(fns, valueFunctions)
	maps.Copy(fns, (*language)(nil).functions())
	return fns
}()

// functions are those that a language has a word in.
func (l *language) functions() map[string]any {
	return map[string]any{
		"date": l.date, "dateFrom": l.dateFrom, "number": l.number, "currency": l.currency, "plural": l.plural,
	}
}

// builtins are text/template's own that are neither replaced here nor taken
// away (call: a row holds no functions).
var builtins = []string{"and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge"}

// offered says whether a letter may call the function.
func offered(name string) bool {
	_, own := functions[name]
	return own || name == "field" || slices.Contains(builtins, name)
}

// offeredNames are all of them, to find the nearest.
func offeredNames() []string {
	return append(slices.Sorted(maps.Keys(functions)), append([]string{"field"}, builtins...)...)
}

// textFunctions and htmlFunctions add what rewritten trees call.
func textFunctions(l *language) texttemplate.FuncMap {
	fns := maps.Clone(functions)
	maps.Copy(fns, l.functions())
	maps.Copy(fns, map[string]any{
		fieldFunc: lookup, printedFunc: printed, testedFunc: tested,
		plainFunc: plainCell, hrefFunc: plainLink, queryFunc: plainQuery,
		"mso": func(string) string { return "" },
	})
	return fns
}

func htmlFunctions(l *language, marks []mark) htmltemplate.FuncMap {
	fns := htmltemplate.FuncMap(textFunctions(l))
	fns["_m"] = markFunc(marks)
	fns["mso"] = func(s string) htmltemplate.HTML {
		return htmltemplate.HTML("<!--[if mso]>" + s + "<![endif]-->") // #nosec: a literal of the letter, see analysis
	}
	return fns
}

// valueFunctions choose among values and lists.
var valueFunctions = map[string]any{
	"default": orDefault, "coalesce": coalesce, "yes": yes, "index": index, "len": length,
	"slice": slice, "pluck": pluck, "join": joined, "split": splitText,
	"mso": func(string) string { return "" },
}

// orDefault is sprig's order: the value comes last, so that it can be piped.
// Blank text counts as none.
func orDefault(fallback any, value ...any) any {
	if len(value) == 0 || blankValue(value[0]) || reflect.ValueOf(value[0]).IsZero() {
		return fallback
	}
	return value[0]
}

func coalesce(values ...any) any {
	for _, v := range values {
		if !blankValue(v) {
			return v
		}
	}
	return ""
}

// index is text/template's, but a column that is not there is an error, and
// a text is counted in characters.
func index(item any, keys ...any) (any, error) {
	for _, key := range keys {
		var err error
		if item, err = indexOne(item, key); err != nil {
			return nil, err
		}
	}
	return item, nil
}

func indexOne(item, key any) (any, error) {
	if rec, ok := item.(record); ok {
		name := fmt.Sprint(key)
		if v, ok := rec[name]; ok && !strings.HasPrefix(name, "\x00") {
			return v, nil
		}
		return nil, fmt.Errorf("there is no column %q", name)
	}
	n, err := toInt(key)
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	if s, ok := item.(string); ok {
		if runes := []rune(s); n >= 0 && n < len(runes) {
			return string(runes[n]), nil
		}
		return nil, fmt.Errorf("index %d is outside of a text of %d characters", n, length(s))
	}
	v := reflect.ValueOf(item)
	if k := v.Kind(); k != reflect.Slice && k != reflect.Array {
		return nil, fmt.Errorf("index needs a row, a list or a text, not %T", item)
	}
	if n < 0 || n >= v.Len() {
		return nil, fmt.Errorf("index %d is outside of a list of %d", n, v.Len())
	}
	return v.Index(n).Interface(), nil
}

// length counts characters of a text, members of a list.
func length(v any) int {
	if s, ok := v.(string); ok {
		return len([]rune(s))
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		return r.Len()
	}
	return len([]rune(fmt.Sprint(v)))
}

// slice cuts a text by characters or a list by members: slice .name 0 3.
func slice(v any, bounds ...int) (any, error) {
	from, to := 0, length(v)
	if len(bounds) > 0 {
		from = bounds[0]
	}
	if len(bounds) > 1 {
		to = bounds[1]
	}
	if from < 0 || to > length(v) || from > to || len(bounds) > 2 {
		return nil, fmt.Errorf("slice %v is outside of a length of %d", bounds, length(v))
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.Slice {
		return r.Slice(from, to).Interface(), nil
	}
	return string([]rune(fmt.Sprint(v))[from:to]), nil
}

// pluck is one column of all rows; the column by its name or its header.
func pluck(column string, rows any) ([]string, error) {
	list, ok := rows.([]record)
	if !ok {
		return nil, fmt.Errorf(`pluck needs rows: write {{pluck %q .rows}}`, column)
	}
	name := ColumnName(column)
	values := make([]string, 0, len(list))
	for _, rec := range list {
		v, ok := rec[name].(string)
		if !ok {
			return nil, fmt.Errorf("there is no column %q", column)
		}
		values = append(values, v)
	}
	return values, nil
}

// joined is join ", " LIST; blank members are left out.
func joined(separator string, list any) (string, error) {
	r := reflect.ValueOf(list)
	if r.Kind() != reflect.Slice {
		return fmt.Sprint(list), nil
	}
	var b strings.Builder
	for i := range r.Len() {
		member := fmt.Sprint(r.Index(i).Interface())
		if strings.TrimSpace(member) == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(separator)
		}
		if b.WriteString(member); b.Len() > maxOutput {
			return "", ErrTooLong
		}
	}
	return b.String(), nil
}
