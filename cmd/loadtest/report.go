package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
)

// A report is what is printed.
type report struct {
	Conditions  conditions `json:"conditions"`
	Contestants []line     `json:"contestants"`
	Ratios      []ratio    `json:"ratios"` // of the first contestant to each of the others
}

// A line is one contestant over all rounds.
type line struct {
	Name string   `json:"name"`
	What string   `json:"what"`
	Rate spread   `json:"messages_per_second"`
	CPU  spread   `json:"cpu_us_per_message"`
	RSS  spread   `json:"peak_rss_mb"`
	Size spread   `json:"bytes_per_message"`
	Runs []sample `json:"rounds"`
}

// A ratio compares two contestants; 2 in messages/s is twice as fast, 2 in CPU
// twice as costly.
type ratio struct {
	Of      string `json:"of"`
	Against string `json:"against"`
	Rate    spread `json:"messages_per_second"`
	CPU     spread `json:"cpu_us_per_message"`
}

// compare fills the report from the runs of each contestant.
func (r *report) compare(field []contestant, taken [][]sample) {
	r.Ratios = []ratio{}
	for i, c := range field {
		runs := taken[i]
		r.Contestants = append(r.Contestants, line{
			c.name, c.what,
			spreadOf(runs, rate), spreadOf(runs, cpu), spreadOf(runs, rss), spreadOf(runs, size), runs,
		})
		if i > 0 && field[0].name == contestants[0].name {
			r.Ratios = append(r.Ratios, ratio{field[0].name, c.name, ratios(taken[0], runs, rate), ratios(taken[0], runs, cpu)})
		}
	}
}

// print writes the report, for people or as one JSON object.
func (r *report) print(out io.Writer, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	r.Conditions.print(out)
	err := table(out, "", "messages/s\tmin..max\tCPU us/message\tmin..max\tpeak RSS MB\tmin..max\tKB/message\t", func(row func(name, cells string)) {
		for _, l := range r.Contestants {
			row(l.Name, cells(l.Rate, 0)+cells(l.CPU, 0)+cells(l.RSS, 1)+known(l.Size.Median/1000, 1)+"\t")
		}
	})
	if err != nil || len(r.Ratios) == 0 {
		return err
	}
	fmt.Fprintln(out)
	return table(out, "median of the ratios of each round", "messages/s\tmin..max\tCPU\tmin..max\t", func(row func(name, cells string)) {
		for _, q := range r.Ratios {
			row(q.Of+" / "+q.Against, cells(q.Rate, 2)+cells(q.CPU, 2))
		}
	})
}

// table writes rows of figures, which stand to the right of their columns,
// behind names, which stand to the left.
func table(out io.Writer, name, heads string, rows func(row func(name, cells string))) error {
	const width = -36 // of the names
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name, cells string) { fmt.Fprintf(w, "%*s\t%s\n", width, name, cells) }
	row(name, heads)
	rows(row)
	return w.Flush()
}

// cells are the median and the range, with so many decimals.
func cells(s spread, decimals int) string {
	return fmt.Sprintf("%s\t%s..%s\t", known(s.Median, decimals), known(s.Min, decimals), known(s.Max, decimals))
}

// known writes a figure; 0 is one that could not be taken.
func known(v float64, decimals int) string {
	if v == 0 {
		return "-"
	}
	return fmt.Sprintf("%.*f", decimals, v)
}
