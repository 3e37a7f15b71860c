package recipients

// tell tells whoever watches how far the reading of a list has come.
func (r *reading) tell(p *part) {
	if r.opts.Watch == nil {
		return
	}
	passes := 1
	if r.twice() {
		passes = 2
	}
	total, done, rows := 0.0, 0.0, p.rows
	for _, other := range r.parts {
		if other.file == nil {
			continue
		}
		size := float64(other.file.size)
		total += size
		switch {
		case other.number < p.number:
			done += size
			rows += other.rows
		case other == p:
			done += size * p.table.rows.share()
		}
	}
	r.opts.Watch(rows, (float64(r.passes)+done/total)/float64(passes))
}

// tellEnd tells that the reading is over, whatever ended it.
func (r *reading) tellEnd() {
	if r.opts.Watch != nil {
		r.opts.Watch(r.result.Rows, 1)
	}
}
