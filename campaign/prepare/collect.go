package prepare

import (
	"fmt"

	"tebar/campaign"
)

// collector gathers problems; those alike but for their row become one that
// names the rows. One of no row is told once, however many places of a letter
// have the same part or link.
type collector struct {
	list   campaign.Problems
	seen   map[problemKey]int // -> index in list
	told   map[problemKey]bool
	errors int
}

const (
	rowsNamed    = 20
	problemsKept = 10000
)

// problemKey is a problem without its row.
type problemKey struct {
	severity             campaign.Severity
	file, field, message string
	line, column         int
}

func keyOf(p campaign.Problem) problemKey {
	return problemKey{p.Severity, p.File, p.Field, p.Message, p.Line, p.Column}
}

func newCollector(problems campaign.Problems) *collector {
	c := &collector{seen: map[problemKey]int{}, told: map[problemKey]bool{}}
	c.add(problems...)
	return c
}

func (c *collector) add(problems ...campaign.Problem) {
	for _, p := range problems {
		if p.Row == 0 {
			if c.told[keyOf(p)] {
				continue
			}
			c.told[keyOf(p)] = true
		}
		if p.Severity == campaign.Error {
			c.errors++
		}
		if p.Row > 0 && c.join(p) {
			continue
		}
		if len(c.list) < problemsKept {
			c.list = append(c.list, p)
		}
	}
}

// join adds the row of p to a problem that says the same.
func (c *collector) join(p campaign.Problem) bool {
	key := keyOf(p)
	i, ok := c.seen[key]
	if !ok {
		if len(c.list) < problemsKept {
			c.seen[key] = len(c.list)
		}
		return false
	}
	if len(c.list[i].Rows) < rowsNamed {
		c.list[i].Rows = append(c.list[i].Rows, p.Row)
	} else {
		c.list[i].More++
	}
	return true
}

func (c *collector) all() campaign.Problems { return c.list }

func tooMany(n, most int) error {
	return fmt.Errorf("the message counts for %d recipients (To, Cc and Bcc); at most %d may go in one message", n, most)
}
