package recipients

import (
	"encoding/binary"
	"math"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"tebar/campaign"
)

// A sortColumn is a column by which a list is sorted, 0-based.
type sortColumn struct {
	at         int
	descending bool
}

// sortKey is what a row is sorted by, column after column: numbers by their
// value, then words as a dictionary has them (case aside, Class 9 before Class
// 10), empty cells last in either direction. A date is sorted right where the
// year comes first.
func (p *part) sortKey(row campaign.Row) string {
	var b strings.Builder
	for _, c := range p.columns.sort {
		value := strings.TrimSpace(row.Values[c.at])
		if twoWays.MatchString(value) {
			p.choice.doubts.note(row.Number, c.at, value)
		}
		key := []byte(p.cellKey(value))
		if c.descending && value != "" {
			for i := range key {
				key[i] = ^key[i]
			}
		}
		// Escaped and ended, so that a short key comes before a longer one that
		// begins alike, and the next column has no say in this one.
		end := byte(0)
		if c.descending && value != "" {
			end = 0xff
		}
		for _, k := range key {
			b.WriteByte(k)
			if k == end {
				b.WriteByte(^end)
			}
		}
		b.WriteByte(end)
		b.WriteByte(end)
	}
	return b.String()
}

var (
	decimalNumber = regexp.MustCompile(`^[+-]?\d+([.,]\d+)?$`)
	commasBetween = regexp.MustCompile(`^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$`)
	dotsBetween   = regexp.MustCompile(`^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$`)
	twoWays       = regexp.MustCompile(`^[+-]?[1-9]\d{0,2}[.,]\d{3}$`)
)

// sortedNumber reads a cell as a number. 1.000 and 1,000 can be one or a
// thousand (twoWays): the dot is taken for the decimal mark, the comma for that
// of thousands.
func sortedNumber(value string) (f float64, ok bool) {
	value = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "\u2212", "-").Replace(value)
	switch {
	case commasBetween.MatchString(value):
		value = strings.ReplaceAll(value, ",", "")
	case decimalNumber.MatchString(value):
		value = strings.Replace(value, ",", ".", 1)
	case dotsBetween.MatchString(value):
		value = strings.Replace(strings.ReplaceAll(value, ".", ""), ",", ".", 1)
	default:
		return 0, false
	}
	f, err := strconv.ParseFloat(value, 64)
	return f, err == nil
}

func (p *part) cellKey(value string) string {
	if value == "" {
		return "\xff\xff" // behind all, as it is never turned round
	}
	if f, ok := sortedNumber(value); ok {
		return "\x01" + string(sortable(f))
	}
	if p.collator == nil {
		p.collator = collate.New(language.Und, collate.IgnoreCase, collate.Numeric)
		p.buffer = &collate.Buffer{}
	}
	defer p.buffer.Reset()
	return "\x02" + string(p.collator.KeyFromString(p.buffer, value))
}

// sortable are eight bytes that sort as the number does (IEEE 754: the sign bit
// first).
func sortable(f float64) []byte {
	bits := math.Float64bits(f)
	if f < 0 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	return binary.BigEndian.AppendUint64(nil, bits)
}
