package prepare

import (
	"slices"
	"strings"

	"tebar/campaign"
)

// A Profile is what a list's columns hold, for a person to see whether it was
// understood. A file that is named twice has one for both.
type Profile struct {
	Rows    int   // that were read, those that get nothing too
	Filled  []int // how many of them have something in each column
	Samples []Sample
}

// A Sample is one of the first rows, as the letter would get it.
type Sample struct {
	Row    int      `json:"row"` // as a spreadsheet numbers it
	Values []string `json:"values"`
}

const samplesShown = 3

func (p *Profile) add(r campaign.Row) {
	if p.Filled == nil {
		p.Filled = make([]int, len(r.Columns))
	}
	p.Rows++
	for i, v := range r.Values[:min(len(r.Values), len(p.Filled))] {
		if v != "" && strings.TrimSpace(v) != "" {
			p.Filled[i]++
		}
	}
	p.sample(r)
}

// sample keeps the first rows; of a list that is sorted they come late.
func (p *Profile) sample(r campaign.Row) {
	n := len(p.Samples)
	if n == samplesShown && p.Samples[n-1].Row < r.Number {
		return
	}
	at, again := slices.BinarySearchFunc(p.Samples, r.Number, func(s Sample, row int) int { return s.Row - row })
	if again {
		return
	}
	p.Samples = slices.Insert(p.Samples, at, Sample{Row: r.Number, Values: slices.Clone(r.Values)})
	p.Samples = p.Samples[:min(len(p.Samples), samplesShown)]
}

// profiles are those of all lists while they are read.
type profiles struct {
	by   map[sheetOf]*Profile
	at   sheetOf // the last row's, of which the next one mostly is
	last *Profile
}

type sheetOf struct{ file, sheet string }

func (p *profiles) add(r campaign.Row) {
	if at := (sheetOf{r.Source, r.Sheet}); p.last == nil || at != p.at {
		if p.by == nil {
			p.by = map[sheetOf]*Profile{}
		}
		if p.by[at] == nil {
			p.by[at] = &Profile{}
		}
		p.at, p.last = at, p.by[at]
	}
	p.last.add(r)
}

// of are the profiles of sources, in their order; the zero one where no row
// was read. A list that is named several times was read as often.
func (p *profiles) of(sources []campaign.Source) []Profile {
	times := map[sheetOf]int{}
	for _, s := range sources {
		times[sheetOf{s.File, s.Sheet}]++
	}
	list := make([]Profile, len(sources))
	for i, s := range sources {
		at := sheetOf{s.File, s.Sheet}
		if known := p.by[at]; known != nil {
			list[i] = Profile{Rows: known.Rows / times[at], Samples: known.Samples}
			for _, n := range known.Filled {
				list[i].Filled = append(list[i].Filled, n/times[at])
			}
		}
	}
	return list
}
