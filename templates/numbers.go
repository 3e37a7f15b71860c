package templates

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

// numberFunctions reckon with cells. They are exact: no binary fractions.
var numberFunctions = map[string]any{
	"int": toInt, "float": toFloat,
	"add": func(a, b any, more ...any) (any, error) {
		return reckon(func(x, y *big.Rat) error { x.Add(x, y); return nil }, a, b, more...)
	},
	"sub": func(a, b any) (any, error) {
		return reckon(func(x, y *big.Rat) error { x.Sub(x, y); return nil }, a, b)
	},
	"mul": func(a, b any, more ...any) (any, error) {
		return reckon(func(x, y *big.Rat) error { x.Mul(x, y); return nil }, a, b, more...)
	},
	"div": func(a, b any) (any, error) { return reckon(divide, a, b) },
	"mod": func(a, b any) (any, error) { return reckon(modulo, a, b) },
	"min": func(a any, more ...any) (any, error) { return pick(-1, a, more...) },
	"max": func(a any, more ...any) (any, error) { return pick(1, a, more...) },
	"round": func(v any) (any, error) {
		return rounded(v, func(r *big.Rat) *big.Rat { s, _ := new(big.Rat).SetString(r.FloatString(0)); return s })
	},
	"floor": func(v any) (any, error) { return rounded(v, floor) },
	"ceil": func(v any) (any, error) {
		return rounded(v, func(r *big.Rat) *big.Rat { return r.Neg(floor(r.Neg(r))) })
	},
}

var (
	plainNumber = regexp.MustCompile(`^[+-]?\d+(\.\d+)?$`)
	commaGroups = regexp.MustCompile(`^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$`)
	dotGroups   = regexp.MustCompile(`^[+-]?\d{1,3}(\.\d{3}){2,}$|^[+-]?\d{1,3}(\.\d{3})+,\d+$`)
	dotThree    = regexp.MustCompile(`^[+-]?[1-9]\d{0,2}\.\d{3}$`)
	decComma    = regexp.MustCompile(`^[+-]?\d+,\d+$`)
	spacesIn    = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "", "−", "-")
)

// maxDigits keeps sums of sums within a letter.
const maxDigits = 200

// toNumber reads a cell: 1234.5, 1,234.5 and 1.234.567,5 and 1234,5 alike.
// "1.234" can be read in two ways and is refused.
func toNumber(v any) (*big.Rat, error) {
	s := spacesIn.Replace(strings.TrimSpace(fmt.Sprint(v)))
	if len(s) > maxDigits {
		return nil, fmt.Errorf("%.20s... is too long for a number", s)
	}
	_, isText := v.(string)
	switch {
	case s == "":
		return nil, fmt.Errorf("an empty cell is no number; write {{.column | default 0}}")
	case isText && dotThree.MatchString(s):
		return nil, fmt.Errorf(`%q can be %s or %s; take the dot away with replace "." ""`, s, strings.Replace(s, ".", "", 1), strings.Replace(s, ".", ",", 1))
	case plainNumber.MatchString(s):
	case commaGroups.MatchString(s):
		s = strings.ReplaceAll(s, ",", "")
	case dotGroups.MatchString(s):
		s = strings.Replace(strings.ReplaceAll(s, ".", ""), ",", ".", 1)
	case decComma.MatchString(s):
		s = strings.Replace(s, ",", ".", 1)
	case !isText:
	default:
		return nil, fmt.Errorf("%q is no number", fmt.Sprint(v))
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil, fmt.Errorf("%q is no number", fmt.Sprint(v))
	}
	return r, nil
}

// fromNumber gives an int where the value is whole, so that it can be
// compared with one, else a float64.
func fromNumber(r *big.Rat) any {
	if r.IsInt() && r.Num().IsInt64() {
		return int(r.Num().Int64())
	}
	f, _ := r.Float64()
	return f
}

func toInt(v any) (int, error) {
	r, err := toNumber(v)
	if err != nil {
		return 0, err
	}
	whole := floor(r)
	if !whole.Num().IsInt64() {
		return 0, fmt.Errorf("%v is too large", v)
	}
	return int(whole.Num().Int64()), nil
}

func toFloat(v any) (float64, error) {
	r, err := toNumber(v)
	if err != nil {
		return 0, err
	}
	f, _ := r.Float64()
	return f, nil
}

func reckon(do func(sum, next *big.Rat) error, a, b any, more ...any) (any, error) {
	sum, err := toNumber(a)
	if err != nil {
		return nil, err
	}
	for _, v := range append([]any{b}, more...) {
		next, err := toNumber(v)
		if err != nil {
			return nil, err
		}
		if err := do(sum, next); err != nil {
			return nil, err
		}
	}
	return fromNumber(sum), nil
}

func divide(x, y *big.Rat) error {
	if y.Sign() == 0 {
		return fmt.Errorf("division by 0")
	}
	x.Quo(x, y)
	return nil
}

func modulo(x, y *big.Rat) error {
	if y.Sign() == 0 {
		return fmt.Errorf("division by 0")
	}
	times := floor(new(big.Rat).Quo(x, y))
	x.Sub(x, times.Mul(times, y))
	return nil
}

func floor(r *big.Rat) *big.Rat {
	q, m := new(big.Int).DivMod(r.Num(), r.Denom(), new(big.Int))
	_ = m
	return new(big.Rat).SetInt(q)
}

func rounded(v any, how func(*big.Rat) *big.Rat) (any, error) {
	r, err := toNumber(v)
	if err != nil {
		return nil, err
	}
	return fromNumber(how(r)), nil
}

// pick is the greatest (sign 1) or least (sign -1).
func pick(sign int, a any, more ...any) (any, error) {
	best, err := toNumber(a)
	if err != nil {
		return nil, err
	}
	for _, v := range more {
		next, err := toNumber(v)
		if err != nil {
			return nil, err
		}
		if next.Cmp(best) == sign {
			best = next
		}
	}
	return fromNumber(best), nil
}

var pattern = regexp.MustCompile(`^1([.,' \x{00a0}\x{202f}]?)234(?:([.,])(\d+))?$`)

// number writes a number with the language's marks: number .price is 1,234,567.5. A
// pattern in front, an example of 1234 with as many decimals as are wanted,
// shows others: number "1.234,50" .price is 1.234.567,50.
func (l *language) number(args ...any) (string, error) {
	group, point, decimals := ",", ".", -1
	if l != nil {
		group, point = l.group, l.point
	}
	if len(args) == 2 {
		m := pattern.FindStringSubmatch(fmt.Sprint(args[0]))
		if m == nil || m[1] != "" && m[1] == m[2] {
			return "", fmt.Errorf(`%q is no pattern for a number; write "1,234.50", "1.234,50" or "1234"`, fmt.Sprint(args[0]))
		}
		group, point, decimals = m[1], m[2], len(m[3])
		args = args[1:]
	}
	if len(args) != 1 {
		return "", fmt.Errorf(`write {{number .price}} or {{number "1.234,50" .price}}`)
	}
	if s, ok := args[0].(string); ok && strings.TrimSpace(s) == "" {
		return "", nil
	}
	r, err := toNumber(args[0])
	if err != nil {
		return "", err
	}
	return grouped(r, group, point, decimals), nil
}

// grouped writes r; decimals -1 keeps as many as it has, up to 10.
func grouped(r *big.Rat, group, point string, decimals int) string {
	var digits string
	if decimals < 0 {
		digits = strings.TrimSuffix(strings.TrimRight(r.FloatString(10), "0"), ".")
	} else {
		digits = r.FloatString(decimals)
	}
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if !strings.ContainsAny(digits, "123456789") {
		sign = "" // -0.4 without decimals is 0
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	var b strings.Builder
	b.WriteString(sign)
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteRune(d)
	}
	if fraction != "" {
		b.WriteString(point + fraction)
	}
	return b.String()
}
