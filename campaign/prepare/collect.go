package prepare

import (
	"fmt"

	"tebar/campaign"
)

// collector gathers problems; those alike but for their row become one that
// names the rows.
type collector struct {
	list   campaign.Problems
	seen   map[problemKey]int // -> index in list
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

func newCollector(problems campaign.Problems) *collector {
	c := &collector{seen: map[problemKey]int{}}
	c.add(problems...)
	return c
}

func (c *collector) add(problems ...campaign.Problem) {
	for _, p := range problems {
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
	key := problemKey{p.Severity, p.File, p.Field, p.Message, p.Line, p.Column}
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
