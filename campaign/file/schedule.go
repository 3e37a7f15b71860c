package file

// scheduleKeys is the table of `schedule`. Start and end wait for the zone:
// resolveSchedule reads them.
func scheduleKeys() []key[draft] {
	return []key[draft]{
		{name: "start", read: func(_ *reader, n *node, d *draft) { d.start = n }},
		{name: "end", read: func(_ *reader, n *node, d *draft) { d.end = n }},
		{name: "timezone", read: readZone},
		{name: "days", read: readDays},
		{name: "hours", read: readHours},
		{name: "skip_dates", read: readSkipDates},
		{name: "pace", read: func(r *reader, n *node, d *draft) { readPace(r, n, &d.own) }},
		{name: "spread", read: func(r *reader, n *node, d *draft) { d.Schedule.Spread, _ = r.boolean(n) }},
	}
}

// resolveSchedule reads start and end in the campaign's zone.
func (r *reader) resolveSchedule(d *draft) {
	s := &d.Schedule
	loc := s.Location()
	if d.start != nil {
		s.Start, _ = r.instant(d.start, loc, false)
	}
	if d.end != nil {
		s.End, _ = r.instant(d.end, loc, true)
	}
	if !s.Start.IsZero() && !s.End.IsZero() && !s.End.After(s.Start) {
		r.fail(d.end, "write an end after the start", "`schedule.end` is not after `schedule.start`")
	}
}
