package prepare

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"tebar/campaign"
	"tebar/campaign/recipients"
)

// A Choice says which rows to pick: one row, one address, those at the edge, or
// else the first ones and those at the edge.
type Choice struct {
	Row  int    // as a spreadsheet numbers it; 0 = any
	To   string // an address, normalised; "" = any
	Edge bool   // those at the edge alone
	Most int    // of the first
}

// A Pick is a row that was picked.
type Pick struct {
	Recipient campaign.Recipient
	Why       string // in words; "" = just one of the first
}

// Picked is what was picked.
type Picked struct {
	Picks    []Pick
	Messages int               // that the lists have
	Problems campaign.Problems // of the lists; Check finds more
}

// Pick picks among the rows that get mail, in the list's order, and counts them.
// Error: ErrNoRow.
func (p *Prepared) Pick(ctx context.Context, c Choice) (Picked, error) {
	var picks []Pick
	e := newEdges()
	result, err := recipients.Read(ctx, p.Campaign.Lists, p.listOptions(), func(entry campaign.Entry) error {
		if entry.Skip != "" || entry.Member {
			return nil
		}
		r := entry.Recipient
		switch {
		case c.Row != 0 || c.To != "":
			if (c.Row == 0 || r.Number == c.Row) && (c.To == "" || r.Address == c.To) {
				picks = append(picks, Pick{Recipient: r})
			}
		default:
			e.look(r)
			if len(picks) < c.Most && !c.Edge {
				picks = append(picks, Pick{Recipient: r})
			}
		}
		return nil
	})
	if err != nil {
		return Picked{}, err
	}
	switch {
	case c.Row != 0 && len(picks) == 0:
		return Picked{}, fmt.Errorf("row %d: %w", c.Row, ErrNoRow)
	case c.To != "" && len(picks) == 0:
		return Picked{}, fmt.Errorf("%s: %w", c.To, ErrNoRow)
	}
	return Picked{e.among(picks), result.Messages, result.Problems}, nil
}

// An edge is a row that is the utmost in something: where letters break.
type edge struct {
	why     string
	measure func(campaign.Recipient) int
	most    int
	pick    campaign.Recipient // where most > 0
}

type edges []*edge

func newEdges() edges {
	return edges{
		{why: "the longest row", measure: length},
		{why: "the longest name", measure: func(r campaign.Recipient) int { return utf8.RuneCountInString(r.Name) }},
		{why: "the longest cell", measure: longestCell},
		{why: "the most empty cells", measure: empties},
		{why: "the most letters beyond a-z", measure: foreign},
		{why: "the most rows in one mail", measure: func(r campaign.Recipient) int { return len(r.Rows) }},
	}
}

func (list edges) look(r campaign.Recipient) {
	for _, e := range list {
		if n := e.measure(r); n > e.most {
			e.most, e.pick = n, r
		}
	}
}

// among adds the rows at the edge to picks; one that is there gets its reason.
func (list edges) among(picks []Pick) []Pick {
	for _, e := range list {
		if e.most == 0 {
			continue
		}
		at := -1
		for i, p := range picks {
			if same(p.Recipient, e.pick) {
				at = i
			}
		}
		if at < 0 {
			picks, at = append(picks, Pick{Recipient: e.pick}), len(picks)
		}
		if picks[at].Why != "" {
			picks[at].Why += ", "
		}
		picks[at].Why += e.why
	}
	return picks
}

func same(a, b campaign.Recipient) bool {
	return a.Source == b.Source && a.Sheet == b.Sheet && a.Number == b.Number
}

func length(r campaign.Recipient) (n int) {
	for _, v := range r.Values {
		n += utf8.RuneCountInString(v)
	}
	return n
}

func longestCell(r campaign.Recipient) (n int) {
	for _, v := range r.Values {
		n = max(n, utf8.RuneCountInString(v))
	}
	return n
}

func empties(r campaign.Recipient) (n int) {
	for _, v := range r.Values {
		if strings.TrimSpace(v) == "" {
			n++
		}
	}
	return n
}

// foreign counts characters beyond ASCII.
func foreign(r campaign.Recipient) (n int) {
	for _, v := range r.Values {
		n += utf8.RuneCountInString(v)
		for i := range len(v) {
			if v[i] < utf8.RuneSelf {
				n--
			}
		}
	}
	return n
}
