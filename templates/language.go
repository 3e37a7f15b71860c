package templates

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/de"
	"github.com/go-playground/locales/es"
	"github.com/go-playground/locales/fr"
	"github.com/go-playground/locales/id"
	"github.com/go-playground/locales/it"
	"github.com/go-playground/locales/ja"
	"github.com/go-playground/locales/ko"
	"github.com/go-playground/locales/ms"
	"github.com/go-playground/locales/nl"
	"github.com/go-playground/locales/pl"
	"github.com/go-playground/locales/pt"
	"github.com/go-playground/locales/ru"
	"github.com/go-playground/locales/tr"
	"github.com/go-playground/locales/vi"
	"github.com/go-playground/locales/zh"

	"tebar/campaign"
)

// A language is how a letter writes dates and numbers: the names, the order and
// the marks of Unicode's CLDR. nil is English.
type language struct {
	names        locales.Translator
	group, point string
	time         string            // the layout of a clock time
	months       map[string]string // as they may stand in a list, in lower case, to English
}

// speakers are the languages beside English, by their tag (BCP 47).
var speakers = map[string]func() locales.Translator{
	"de": de.New, "es": es.New, "fr": fr.New, "id": id.New, "it": it.New, "ja": ja.New, "ko": ko.New, "ms": ms.New,
	"nl": nl.New, "pl": pl.New, "pt": pt.New, "ru": ru.New, "tr": tr.New, "vi": vi.New, "zh": zh.New,
}

var (
	sample   = regexp.MustCompile(`^12(\D+)345(\D+)5$`)
	dotClock = regexp.MustCompile(`^\d+\.\d+$`)
)

// speak gives the language of a tag; a region behind it is passed over. ok is
// false where it is not known.
func speak(tag string) (l *language, ok bool) {
	short, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	if short == "" || short == "en" {
		return nil, true
	}
	speaker, ok := speakers[short]
	if !ok {
		return nil, false
	}
	l = &language{names: speaker(), time: namedLayouts["time"], months: map[string]string{}}
	m := sample.FindStringSubmatch(l.names.FmtNumber(12345.5, 1))
	l.group, l.point = m[1], m[2]
	if dotClock.MatchString(l.names.FmtTimeShort(time.Date(2027, 1, 1, 9, 5, 0, 0, time.UTC))) {
		l.time = "15.04"
	}
	for month := time.January; month <= time.December; month++ {
		for _, name := range []string{l.names.MonthWide(month), l.names.MonthAbbreviated(month)} {
			l.months[strings.ToLower(strings.Trim(name, ". "))] = month.String()
		}
	}
	return l, true
}

// languageOf is the letter's language, and the problem of one that is not known.
func languageOf(l campaign.Letter, n Names) (*language, campaign.Problems) {
	spoken, ok := speak(l.Language)
	if ok {
		return spoken, nil
	}
	return nil, campaign.Problems{{
		Severity: campaign.Error, File: n.Campaign, Field: "language", Message: fmt.Sprintf("the language %q is not known", l.Language),
		Hint: "write one of en, " + strings.Join(slices.Sorted(maps.Keys(speakers)), ", "),
	}}
}

var names = regexp.MustCompile(`Monday|Mon|January|Jan`)

// format writes a time by Go's layout, with the language's names.
func (l *language) format(t time.Time, layout string) string {
	if l == nil {
		return t.Format(layout)
	}
	var b strings.Builder
	at := 0
	for _, m := range names.FindAllStringIndex(layout, -1) {
		b.WriteString(t.Format(layout[at:m[0]]))
		b.WriteString(l.name(t, layout[m[0]:m[1]]))
		at = m[1]
	}
	return b.String() + t.Format(layout[at:])
}

func (l *language) name(t time.Time, token string) string {
	switch token {
	case "Monday":
		return l.names.WeekdayWide(t.Weekday())
	case "Mon":
		return l.names.WeekdayAbbreviated(t.Weekday())
	case "January":
		return l.names.MonthWide(t.Month())
	}
	return l.names.MonthAbbreviated(t.Month())
}

// named writes a time in the language's own order, for those of namedLayouts
// that have one.
func (l *language) named(t time.Time, layout string) (text string, ok bool) {
	if l == nil {
		return "", false
	}
	switch strings.ToLower(strings.TrimSpace(layout)) {
	case "short":
		return l.names.FmtDateMedium(t), true
	case "long":
		return l.names.FmtDateLong(t), true
	case "full":
		return l.names.FmtDateFull(t), true
	case "time":
		return t.Format(l.time), true
	}
	return "", false
}

// english puts the months of a cell into English, from Indonesian, in which
// lists are read always, or the letter's language.
func (l *language) english(s string) string {
	return word.ReplaceAllStringFunc(s, func(w string) string {
		lower := strings.ToLower(w)
		if e, ok := months[lower]; ok {
			return e
		}
		if l != nil && l.months[lower] != "" {
			return l.months[lower]
		}
		return w
	})
}
