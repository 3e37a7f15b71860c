package run_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"tebar/campaign"
	"tebar/campaign/run"
	"tebar/store"
)

// A ledger that cannot take a mark ends the run at once, with its own error and
// what to do; no dot is written, and nobody is put off for it.
func TestDamageAtTheMark(t *testing.T) {
	s := startServer(t)
	f := newFixture(t, s, 3, nil, campaign.Schedule{Zone: "UTC"})
	r, err := f.store.Runner(t.Context(), f.campaign.Name, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	_, err = run.Campaign(t.Context(), r, unmarkable{t, f.store.Path()}, run.System{}, f.options)
	var hint *campaign.HintError
	if !errors.Is(err, store.ErrDamaged) || !errors.As(err, &hint) {
		t.Errorf("the run ended with %v, want %v and a hint", err, store.ErrDamaged)
	}
	if n := s.Count(); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
	counts, err := r.Counts(t.Context())
	if err != nil || counts.Queued != 3 {
		t.Errorf("%+v, %v, want 3 queued", counts, err)
	}
}

// unmarkable is a store that takes no mark from the first message on.
type unmarkable struct {
	t    *testing.T
	path string
}

func (u unmarkable) Render(ctx context.Context, c campaign.Claim) (campaign.Envelope, error) {
	db, err := sql.Open("sqlite", u.path)
	if err != nil {
		u.t.Fatal(err)
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `CREATE TRIGGER IF NOT EXISTS no_marks BEFORE INSERT ON journal
		BEGIN SELECT RAISE(FAIL, 'no marks'); END`)
	if err != nil {
		u.t.Fatal(err)
	}
	return letterTo(c.Recipient.Address), nil
}
