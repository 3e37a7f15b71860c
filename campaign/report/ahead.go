package report

import (
	"iter"

	"tebar/campaign"
)

// batch is how many rows are handed over at once.
const batch = 100

// ahead reads rows a little ahead of who writes them, so that both are done at
// once. They are read in a goroutine of their own, which has ended when the
// loop over ahead has.
func ahead(rows iter.Seq2[campaign.Delivery, error]) iter.Seq2[campaign.Delivery, error] {
	return func(yield func(campaign.Delivery, error) bool) {
		full, stop := make(chan []read, 2), make(chan struct{})
		go readAhead(rows, full, stop)
		defer func() {
			close(stop)
			for range full { // closed when nothing is read any more
			}
		}()
		for list := range full {
			for _, r := range list {
				if !yield(r.delivery, r.err) {
					return
				}
			}
		}
	}
}

// A read is what rows gave.
type read struct {
	delivery campaign.Delivery
	err      error
}

// readAhead hands rows over until they end, or nobody wants them.
func readAhead(rows iter.Seq2[campaign.Delivery, error], full chan<- []read, stop <-chan struct{}) {
	defer close(full)
	list := make([]read, 0, batch)
	for d, err := range rows {
		if list = append(list, read{d, err}); len(list) < batch {
			continue
		}
		select {
		case full <- list:
			list = make([]read, 0, batch)
		case <-stop:
			return
		}
	}
	select {
	case full <- list:
	case <-stop:
	}
}
