package report

import (
	"fmt"
	"slices"
	"time"

	"tebar/campaign"
)

// A grid turns deliveries into rows of cells under one header. The slice that
// it gives is good until the next one.
type grid struct {
	own    []string // the list's columns
	zone   *time.Location
	last   []string // the columns that places is for
	places []int
	cells  []string
}

func newGrid(h Head, zone *time.Location) *grid {
	return &grid{own: h.Columns, zone: zone, cells: make([]string, len(columns)+len(h.Columns))}
}

func (g *grid) row(d campaign.Delivery) ([]string, error) {
	clear(g.cells)
	for i, c := range columns {
		g.cells[i] = c.value(d, g.zone)
	}
	err := g.lay(d.Row, g.cells[len(columns):])
	return g.cells, err
}

// lay puts the row's values in their places.
func (g *grid) lay(r campaign.Row, cells []string) error {
	if g.places == nil || !slices.Equal(g.last, r.Columns) {
		g.last, g.places = r.Columns, place(g.own, r.Columns)
	}
	for i, value := range r.Values {
		if i >= len(g.places) || g.places[i] < 0 {
			return fmt.Errorf("%s: row %d: cell %d stands under a column that the report was not told of", r.Source, r.Number, i+1)
		}
		cells[g.places[i]] = value
	}
	return nil
}
