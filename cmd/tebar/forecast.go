package main

import (
	"context"

	"tebar/campaign"
	"tebar/scheduler"
	"tebar/store"
)

func newCalendar(c *campaign.Campaign) (*scheduler.Scheduler, error) {
	return scheduler.New(scheduler.Rules{Limits: c.EffectiveLimits(), Schedule: c.Schedule})
}

// forecast plans messages from now on, with the account's present usage.
func (a *app) forecast(ctx context.Context, st *store.Store, c *campaign.Campaign, messages int, costs []int) (scheduler.Plan, error) {
	calendar, err := newCalendar(c)
	if err != nil {
		return scheduler.Plan{}, err
	}
	now := a.clock.Now()
	usage := campaign.Usage{Account: c.Account()}
	if st != nil {
		if usage, err = st.Usage(ctx, c.Account(), now, c.EffectiveLimits()...); err != nil {
			return scheduler.Plan{}, err
		}
	}
	return calendar.Forecast(usage, now, messages, costOf(costs)), nil
}

func costOf(costs []int) func(int) int {
	if costs == nil {
		return nil
	}
	return func(i int) int { return costs[i] }
}
