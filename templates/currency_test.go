package templates

import (
	"strings"
	"testing"
)

// blanks that do not break a line are shown as others are.
var blanks = strings.NewReplacer("\u00a0", " ", "\u202f", " ")

func TestCurrency(t *testing.T) {
	for _, test := range []struct{ tag, code, cell, want string }{
		{"", "USD", "34.3", "$34.30"},
		{"", "usd", "$34.30", "$34.30"},
		{"", "USD", "-1,250.5", "-$1,250.50"},
		{"", "IDR", "1250000", "IDR 1,250,000"},
		{"", "USD", "-0.001", "$0.00"},
		{"", "EUR", " ", ""},
		{"", "JPY", "1200", "¥1,200"},
		{"id", "IDR", "1250000", "Rp 1.250.000"},
		{"id", "IDR", "Rp. 1.250.000", "Rp 1.250.000"},
		{"id", "USD", "12.5", "US$ 12,50"},
		{"de", "EUR", "1234.5", "1.234,50 €"},
		{"de", "EUR", "1.234,50 EUR", "1.234,50 €"},
		{"de", "EUR", "-5", "-5,00 €"},
		{"fr", "EUR", "1234567.8", "1 234 567,80 €"},
		{"pt", "BRL", "1234.5", "R$ 1.234,50"},
		{"nl", "EUR", "7", "€ 7,00"},
		{"ja", "JPY", "1234", "￥1,234"},
		{"pl", "PLN", "12.3", "12,30 zł"},
		{"es", "EUR", "9.99", "9,99 €"},
		{"tr", "TRY", "5", "₺5,00"},
		{"", "KWD", "1", "KWD 1.000"},
		{"", "EUR", "12345678901234567890.12", "€12,345,678,901,234,567,890.12"},
		{"", "EUR", "(12)", `"(12)" is no amount of money`},
		{"", "EUR", "free", `"free" is no amount of money`},
		{"", "RUPIAH", "1", `"RUPIAH" is no currency; write its three letters, as IDR, EUR or USD`},
		{"", "EUR", "1.234", `"1.234" can be 1234 or 1,234; take the dot away with replace "." ""`},
	} {
		l, _ := speak(test.tag)
		got, err := l.currency(test.code, test.cell)
		if err != nil {
			got = err.Error()
		}
		if got = blanks.Replace(got); got != test.want {
			t.Errorf("currency %q of %q in %q: %q, want %q", test.code, test.cell, test.tag, got, test.want)
		}
	}
}

// What is not surely the amount that was meant is no amount.
func TestCurrencyReadsWhatIsWritten(t *testing.T) {
	for cell, want := range map[string]string{
		"$-5": "-$5.00", "€ -1.234,50": "-$1,234.50", "-€5": "-$5.00", "−$5": "-$5.00", "- $ 5": "-$5.00", "+5": "$5.00",
		"Rp1.250.000,-": "$1,250,000.00", "5.--": "$5.00", "5,- €": "$5.00", "Rp. 500": "$500.00", "Rp.500": "$500.00",
		"US$ 12": "$12.00", "1 234,50 kr": "$1,234.50", "12.50 eur": "$12.50", "1\u00a0234,5\u00a0zł": "$1,234.50",
		".50": "", "$.50": "", "12-": "", "-5-": "", "--5": "", "-$-5": "", "10k": "", "Rp 5rb": "", "1,5 jt": "", "2 Mio": "", "5 apples": "",
	} {
		got, err := (*language)(nil).currency("USD", cell)
		if want == "" && (err == nil || !strings.Contains(err.Error(), "is no amount of money")) || got != want {
			t.Errorf("%q: %q, %v; want %q", cell, got, err, want)
		}
	}
}

func TestCurrencyKeepsItsSign(t *testing.T) {
	l, _ := speak("id")
	if got, err := l.currency("IDR", "1500"); got != "Rp\u00a01.500" || err != nil {
		t.Errorf("got %q, %v: a line may end between sign and number", got, err)
	}
}

func TestNothingHasNoMinus(t *testing.T) {
	for pattern, want := range map[string]string{"1,234": "0", "1,234.5": "-0.4"} {
		if got, err := (*language)(nil).number(pattern, "-0.4"); got != want || err != nil {
			t.Errorf("%s: %q, %v; want %q", pattern, got, err, want)
		}
	}
}

func TestPlural(t *testing.T) {
	guests := []any{"one", "few", "many", "other"}
	for _, test := range []struct {
		tag   string
		forms []any
		want  map[string]string
	}{
		{"", guests[:2], map[string]string{"0": "few", "1": "one", "1.0": "one", "2": "few", "1.5": "few", "-1": "few"}},
		{"de", guests[:2], map[string]string{"0": "few", "1": "one", "1,5": "few", "21": "few"}},
		{"fr", guests[:2], map[string]string{"0": "one", "1": "one", "1,5": "one", "2": "few"}},
		{"id", guests[:1], map[string]string{"1": "one", "7": "one"}},
		{"id", guests[:2], map[string]string{"1": "one", "7": "few"}},
		{"pl", guests, map[string]string{"1": "one", "3": "few", "5": "many", "12": "many", "22": "few", "1,5": "other"}},
		{"ru", guests[:3], map[string]string{"1": "one", "21": "one", "11": "many", "24": "few", "0": "many", "1,5": "many"}},
		{"ru", guests[:2], map[string]string{"1": "one", "2": "few", "5": "few"}},
	} {
		l, _ := speak(test.tag)
		for count, want := range test.want {
			got, err := l.plural(append(append([]any{}, test.forms...), count)...)
			if err != nil || got != want {
				t.Errorf("%s of %v in %q: %q (%v), want %q", count, test.forms, test.tag, got, err, want)
			}
		}
	}
}
