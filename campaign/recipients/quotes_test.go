package recipients

import (
	"path/filepath"
	"strings"
	"testing"

	"tebar/campaign"
)

func TestQuotes(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       campaign.Quote
		last       string // cells of the last row; "" = the list is asked about
	}{
		{"all", "'email','name'\n'ana@example.org','Ana'\n'budi@example.org','O''Brien, Budi'\n", campaign.QuoteSingle, "budi@example.org|O'Brien, Budi"},
		{"one row", "'email','name'\n'ana@example.org','Ana'\n", campaign.QuoteSingle, "ana@example.org|Ana"},
		{"bare headings", "email;name\n'ana@example.org';'Ana; B'\n'budi@example.org';''\n", campaign.QuoteSingle, "budi@example.org|"},
		{"texts alone", "'email','age'\n'ana@example.org',3\n'budi@example.org',4\n", campaign.QuoteSingle, "budi@example.org|4"},
		{"one column", "'email'\n'ana@example.org'\n'budi@example.org'\n", campaign.QuoteSingle, "budi@example.org"},
		{"line break", "'email','note'\r\n'ana@example.org','a\r\nb'\r\n", campaign.QuoteSingle, "ana@example.org|a\r\nb"},
		{"tabs", "'email'\t'name'\n'ana@example.org'\t'Ana\tB'\n", campaign.QuoteSingle, "ana@example.org|Ana\tB"},
		{"O'Brien", "email,name\nana@example.org,O'Brien\nbudi@example.org,d'Arc\n", campaign.QuoteDouble, "budi@example.org|d'Arc"},
		{"'t Hooft", "email,name\nana@example.org,'t Hooft\nbudi@example.org,'s-Gravenhage\n", campaign.QuoteDouble, "budi@example.org|'s-Gravenhage"},
		{"an address with one", "email,name\no'brien@example.org,Ana\n'budi@example.org,Budi\n", campaign.QuoteDouble, "'budi@example.org|Budi"},
		{"numbers as text", "email,phone\nana@example.org,'0812\nbudi@example.org,'0813\n", campaign.QuoteDouble, "budi@example.org|'0813"},
		{"many numbers as text", "email,phone\nana@example.org,'0812\nbudi@example.org,'0813\ncitra@example.org,'0814\ndedi@example.org,'0815\n", campaign.QuoteDouble, "dedi@example.org|'0815"},
		{"numbers between", "email,phone,x\nana@example.org,'0812,1\nbudi@example.org,'0813,2\ncitra@example.org,'0814,3\ndedi@example.org,'0815,4\n", campaign.QuoteDouble, "dedi@example.org|'0815|4"},
		{"many 't", "email,name\nana@example.org,'t Hooft\nbudi@example.org,'t Hart\ncitra@example.org,'t Zand\ndedi@example.org,'t Veld\n", campaign.QuoteDouble, "dedi@example.org|'t Veld"},
		{"a few remarks", "email,note\nana@example.org,'Good'\nbudi@example.org,'Bad'\ncitra@example.org,\ndedi@example.org,\neka@example.org,\n", campaign.QuoteDouble, "eka@example.org|"},
		{"one nickname", "email,name\nana@example.org,'Ana'\nbudi@example.org,Budi\n", campaign.QuoteDouble, "budi@example.org|Budi"},
		{"both kinds", "\"email\",\"name\"\n\"ana@example.org\",\"'Ana'\"\n", campaign.QuoteDouble, "ana@example.org|'Ana'"},
		{"in double ones", "email,say\nana@example.org,\"'a', 'b'\"\nbudi@example.org,\"it's\"\n", campaign.QuoteDouble, "budi@example.org|it's"},
		{"names alone", "email,name\nana@example.org,'Ana'\nbudi@example.org,'Budi'\n", "", ""},
		{"some addresses", "'email','name'\n'ana@example.org','Ana'\nbudi@example.org,Budi\n", "", ""},
		{"undoubled", "'email','name'\n'ana@example.org','O'Brien'\n'budi@example.org','Budi'\n", "", ""},
		{"headings alone", "'email','name'\nana@example.org,Ana\n", "", ""},
		{"uneven", "'email','name'\n'ana@example.org','Ana'\n'budi@example.org'\n", "", ""},
	} {
		path := write(t, "people.csv", c.text)
		tb, err := open(t, path, campaign.List{})
		if c.last == "" {
			p, _ := asProblem(err)
			if !strings.Contains(p.Message, "cells stand in single quotes, like '") || p.Field != "recipients.quote" {
				t.Errorf("%s: %v, not asked", c.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		rows, err := all(t, tb)
		if err != nil || tb.source.Quote != c.want || len(rows) == 0 || strings.Join(rows[len(rows)-1].cells, "|") != c.last {
			t.Errorf("%s: %s, %+v, %v", c.name, tb.source.Quote, rows, err)
		}
	}
}

// What the campaign says is obeyed, and a quote that is not doubled makes a
// bad row as with the other kind.
func TestQuotesSaid(t *testing.T) {
	text := "'email','name'\n'ana@example.org','O'Brien'\n'budi@example.org','Budi'\n"
	path := write(t, "people.csv", text)
	list := campaign.List{File: "people.csv", Quote: campaign.QuoteSingle}
	entries, result := readLists(t, filepath.Dir(path), list)
	says(t, result, campaign.Warning, "row 2: a ' stands inside a quoted cell")
	if len(entries) != 2 || result.Messages != 1 {
		t.Error(result)
	}
	list.Quote = campaign.QuoteDouble
	_, result = readLists(t, filepath.Dir(path), list)
	if result.Rows != 2 || result.Messages != 0 {
		t.Error(result)
	}
	path = write(t, "people.csv", "email,name\nana@example.org,'Ana\nbudi@example.org,Budi\n")
	list.Quote = campaign.QuoteSingle
	_, result = readLists(t, filepath.Dir(path), list)
	says(t, result, campaign.Error, "is never closed")
	says(t, result, campaign.Error, "row 2, column 2")
}

// Beyond the sample nothing is detected, and no row is lost.
func TestQuotesBeyondTheSample(t *testing.T) {
	text := strings.Builder{}
	text.WriteString("'email','name'\n")
	for range 3000 {
		text.WriteString("'ana@example.org','Ana'\n")
	}
	text.WriteString("'budi@example.org','O'Brien'\n'citra@example.org','Citra'\n")
	path := write(t, "people.csv", text.String())
	_, result := read(t, path)
	if result.Sources[0].Quote != campaign.QuoteSingle || result.Rows != 3002 || result.Messages != 2 {
		t.Error(result.Sources, result.Rows, result.Messages)
	}
	says(t, result, campaign.Warning, "row 3002: a ' stands inside a quoted cell")
}
