package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"tebar/campaign"
)

// EventStopped is a run that ended for a reason that the ledger does not show:
// a refused login, too many failures, an unreachable server.
const EventStopped = "stopped"

// Stopped keeps why this run ended, so that status can say so later.
func (r *Runner) Stopped(ctx context.Context, code campaign.Code, reason string, who Who) error {
	err := r.s.update(ctx, func(tx *txn) error {
		if _, err := r.mine(ctx, tx); err != nil {
			return err
		}
		return addEvent(ctx, tx, r.id, who, EventStopped, string(code)+": "+reason)
	})
	if err != nil {
		return fmt.Errorf("keeping why the run ended: %w", err)
	}
	return nil
}

// LastStop is why the last run ended, if it was stopped for such a reason and
// nothing has happened to the campaign since; else CodeNone.
// Errors: campaign.ErrUnknown, campaign.ErrForgotten.
func (s *Store) LastStop(ctx context.Context, name string) (code campaign.Code, reason string, err error) {
	err = s.view(ctx, func(tx *txn) error {
		c, err := findCampaign(ctx, tx, name)
		if err != nil {
			return err
		}
		var kind, detail string
		err = tx.QueryRowContext(ctx, `SELECT kind, detail FROM events WHERE campaign_id = ? ORDER BY id DESC LIMIT 1`, c.id).
			Scan(&kind, &detail)
		if errors.Is(err, sql.ErrNoRows) || err == nil && kind != EventStopped {
			return nil
		}
		before, after, _ := strings.Cut(detail, ": ")
		code, reason = campaign.Code(before), after
		return err
	})
	if err != nil {
		return "", "", fmt.Errorf("reading why the last run ended: %w", err)
	}
	return code, reason, nil
}
