package recipients

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"iter"

	"tebar/campaign"
)

// Options are what the lists are read with.
type Options struct {
	Folder       string // the lists' paths are relative to it
	AllowOutside bool   // else a path that leads outside Folder, links resolved, is refused

	// Where are the filters, one for each list; nil, or a nil one, keeps all.
	Where []func(campaign.Row) (bool, error)

	// Campaign gives the addresses of another campaign in the given states
	// (empty: those it stands for by itself). An unknown campaign is its error.
	Campaign func(ctx context.Context, name string, states []campaign.State) (iter.Seq2[string, error], error)

	// Password gives the secret that a reference points to, for an encrypted
	// workbook; name is the list's, to ask a person by. It is kept nowhere. nil =
	// none can be had.
	Password func(ctx context.Context, ref, name string) (string, error)

	// MaxProblems is how many problems are listed; 0 is 10,000. Beyond it they
	// are counted, and a last one says how many.
	MaxProblems int

	// Roles asks for warnings of addresses that are no person's (info@), or of
	// services that give them for some minutes.
	Roles bool

	// Distinct says that the lists hold no identity twice, as an earlier Read of
	// the same bytes has told: nobody need be remembered. Only without groups.
	Distinct bool

	// Seed makes the sample of one campaign another than the next one's.
	Seed string

	// Watch is told now and then how far Read has come: rows looked at, and
	// which share of the lists' bytes they are, 0 to 1; with 1 it ends. nil =
	// nobody asks.
	Watch func(rows int, share float64)
}

// A Result is what the lists held. Rows = Messages + Skipped + further rows of
// groups.
type Result struct {
	Sources    []campaign.Source // one for each list, in order
	Problems   campaign.Problems // row by row
	Rows       int               // data rows of all lists
	Messages   int               // entries to send
	Skipped    int               // rows that get nothing, duplicates included
	Duplicates int               // rows for which another row stands
	ListSHA256 string            // hex, over all list and exclude files; "" where one cannot be read
}

// Read calls each for every row of every list, in order, once for each row:
// bad, duplicate, filtered and excluded rows too (Entry.Skip, Reason). With
// `duplicates: group` the further rows of a group follow their leader at once,
// with Member set. An entry whose address is bad has no Address.
//
// What is wrong with the lists stands in Result.Problems; the error is that of
// each, of ctx, or of a disk. Result is good as far as the reading came.
// `duplicates: last` and `group`, and `sample`, read the lists twice. Of a list
// that is sorted those who get mail come last, in that order.
func Read(ctx context.Context, lists []campaign.List, opts Options, each func(campaign.Entry) error) (Result, error) {
	r := newReading(lists, opts, each)
	defer r.close()
	defer r.tellEnd()
	if err := r.examine(ctx); err != nil {
		return r.result, err
	}
	if err := r.loadExcludes(ctx); err != nil {
		return r.result, err
	}
	if r.twice() {
		r.problems.muted = true
		if err := r.walk(ctx, r.survey); err != nil {
			return r.result, err
		}
		r.problems.muted = false
		for _, p := range r.parts {
			p.choice.draw()
		}
		r.passes++
	}
	err := r.walk(ctx, r.settle)
	if err == nil {
		err = r.explain(ctx)
	}
	r.result.Problems = r.problems.close()
	return r.result, err
}

// Headers reads the headers alone, and the problems of files and columns.
// A list that cannot be opened has a Source with its File only.
func Headers(ctx context.Context, lists []campaign.List, opts Options) ([]campaign.Source, campaign.Problems, error) {
	r := newReading(lists, opts, nil)
	defer r.close()
	if err := r.examine(ctx); err != nil {
		return r.result.Sources, r.problems.close(), err
	}
	for i := range r.parts {
		t, err := r.open(i)
		if err != nil {
			return r.result.Sources, r.problems.close(), err
		}
		if t == nil {
			continue
		}
		if err := t.close(); err != nil {
			return r.result.Sources, r.problems.close(), err
		}
	}
	return r.result.Sources, r.problems.close(), nil
}

// Fingerprint is Result.ListSHA256 without parsing: equal fingerprints mean
// that no list need be read again. A file that cannot be read is an error of
// type campaign.Problem.
func Fingerprint(lists []campaign.List, opts Options) (string, error) {
	var files []*file
	for _, name := range fileNames(lists) {
		f, err := examine(context.Background(), name, opts)
		if err != nil {
			return "", err
		}
		files = append(files, f)
	}
	return sumOf(files), nil
}

// fileNames are the list files in order, then the exclude files.
func fileNames(lists []campaign.List) []string {
	var names []string
	for _, l := range lists {
		names = append(names, l.File)
	}
	for _, l := range lists {
		for _, e := range l.Exclude {
			if e.File != "" {
				names = append(names, e.File)
			}
		}
	}
	return names
}

// sumOf hashes the files' hashes.
func sumOf(files []*file) string {
	h := sha256.New()
	for _, f := range files {
		h.Write(f.survey.sum[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// asProblem gives the problem that an error carries.
func asProblem(err error) (campaign.Problem, bool) {
	var p campaign.Problem
	ok := errors.As(err, &p)
	return p, ok
}
