package main

import (
	"fmt"
	"strings"
	"time"
)

// readingProgress tells a person how far a long list has been read: a bar on a
// terminal, elsewhere a plain line every few seconds. A list that is read at
// once is not talked about.
type readingProgress struct {
	app   *app
	name  string
	bar   bool
	said  time.Time
	every time.Duration
	open  bool // the bar stands on the terminal
}

// barEvery is how often the bar is drawn.
const barEvery = 200 * time.Millisecond

func newReadingProgress(a *app, name string) *readingProgress {
	p := &readingProgress{app: a, name: name, bar: !a.json && a.terminal(a.errs), every: progressEvery}
	if p.bar {
		p.every = barEvery
	}
	return p
}

// watch takes how many rows have been read, and which share of all they are;
// with 1 the reading has ended.
func (p *readingProgress) watch(rows int, share float64) {
	if share >= 1 {
		p.end()
		return
	}
	now := time.Now()
	if p.said.IsZero() {
		p.said = now
	}
	if p.app.quiet || now.Sub(p.said) < p.every {
		return
	}
	p.said = now
	if !p.bar {
		p.app.note("%s: %d rows read, %.0f %%", p.name, rows, 100*share)
		return
	}
	const width = 30
	full := min(width, int(share*width))
	fmt.Fprintf(p.app.errs, "\r\x1b[K%s [%s%s] %d rows read, %.0f %%", visible(p.name),
		strings.Repeat("=", full), strings.Repeat(" ", width-full), rows, 100*share)
	p.open = true
}

// end takes the bar away and waits for the next reading.
func (p *readingProgress) end() {
	if p.open {
		fmt.Fprint(p.app.errs, "\r\x1b[K")
	}
	p.open, p.said = false, time.Time{}
}
