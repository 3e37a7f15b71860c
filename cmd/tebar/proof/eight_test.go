package proof

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"tebar/campaign/mailer/sandbox"
)

const crowd = 8 // processes at once

// crowds add up what the rounds have seen.
type crowds struct {
	mu                                                       sync.Mutex
	rounds, runs, turned, killed, accepted, doubtful, people int
	windows, full                                            int
}

// TestEightRunners starts eight processes at once on a store that is not there
// yet. They share one account, and its limits bind: in most rounds each has a
// campaign of its own, and some are killed and started again; in the others
// they all want the same few, of which each is run by one.
func TestEightRunners(t *testing.T) {
	sum := &crowds{}
	var rounds []uint64
	for round := range uint64(size(12, 500)) {
		rounds = append(rounds, round)
	}
	atOnce(3, rounds, func(round uint64) {
		t.Run(fmt.Sprint(round), func(t *testing.T) { oneCrowd(t, sum, round) })
	})
	if sum.full == 0 || sum.killed == 0 || sum.turned == 0 {
		t.Errorf("the rounds are too tame: %d full windows, %d kills, %d turned away", sum.full, sum.killed, sum.turned)
	}
	figures(t, "eight runners", "%d rounds, %d processes on one store and account, %d turned away with 6, %d killed; %d recipients, %d accepted; %d windows, %d of them full, 0 over; 0 twice, 0 lost, %d unconfirmed",
		sum.rounds, sum.runs, sum.turned, sum.killed, sum.people, sum.accepted, sum.windows, sum.full, sum.doubtful)
}

func oneCrowd(t *testing.T, sum *crowds, round uint64) {
	draw := rand.New(rand.NewPCG(round, 8))
	if round%4 == 3 {
		newCrowd(t, sum, draw, 1+draw.IntN(2)).rivals()
		return
	}
	newCrowd(t, sum, draw, crowd).side()
}

// A flock is the campaigns of one round.
type flock struct {
	*machine
	sum    *crowds
	draw   *rand.Rand
	server *sandbox.Server
	answer gate // the server's answers wait for it
	limits []string
	names  []string
	each   int // people of one campaign
}

// newCrowd draws the limits: the shorter window and the longer bind by turns.
func newCrowd(t *testing.T, sum *crowds, draw *rand.Rand, campaigns int) *flock {
	t.Helper()
	f := &flock{sum: sum, draw: draw, answer: make(gate), each: (24 + draw.IntN(8)) / campaigns}
	short := 8 + draw.IntN(5)
	f.limits = []string{fmt.Sprintf("%d/1s", short), fmt.Sprintf("%d/2s", short+2+draw.IntN(short-3))}
	f.server = serve(t, sandbox.Options{Delay: time.Duration(1 + draw.IntN(20e6)), Wait: func(d time.Duration) {
		f.answer.wait(0)
		time.Sleep(d)
	}})
	f.machine = machineIn(t, inMemory(t), f.server.Port(), 1, "")
	for i := range campaigns {
		f.enrol(fmt.Sprintf("spring%d", i))
	}
	return f
}

// enrol writes a campaign with people of its own.
func (f *flock) enrol(name string) {
	f.names = append(f.names, name)
	f.write(name+".yaml", fmt.Sprintf("name: %s\nfrom: \"School <office@school.example>\"\nsubject: \"Hello {{.name}}\"\n"+
		"body: {text: body.txt}\nrecipients: {file: %s.csv}\nlimits: [%s]\n"+
		"sender: {provider: smtp, host: 127.0.0.1, port: %d, security: none, auth: none, connections: 1, account: school}\n",
		name, name, strings.Join(f.limits, ", "), f.server.Port()))
	people := "email,name\n"
	for i := range f.each {
		people += fmt.Sprintf("person%d@%s.example,Person %d\n", i, name, i)
	}
	f.write(name+".csv", people)
}

// goOn is run, or where the campaign is surely in the store resume.
func (f *flock) goOn(name string, resume bool) *process {
	f.sum.mu.Lock()
	f.sum.runs++
	f.sum.mu.Unlock()
	if resume {
		return f.start("resume", name)
	}
	return f.start("run", name+".yaml", "--yes")
}

// side lets all campaigns run side by side, and kills some of the processes at
// drawn moments. At most five die: what they leave unconfirmed keeps its place
// in every window, and some must be left.
func (f *flock) side() {
	close(f.answer)
	moments := map[string][]time.Duration{}
	for range f.draw.IntN(6) {
		name := f.names[f.draw.IntN(crowd)]
		moments[name] = append(moments[name], 50*time.Millisecond+time.Duration(f.draw.Int64N(15e8)))
	}
	killed := make([]int, crowd)
	var all sync.WaitGroup
	for i, name := range f.names {
		all.Go(func() { killed[i] = f.see(name, moments[name]) })
	}
	all.Wait()
	f.judge(killed)
}

// see runs one campaign to its end, and says how often it was killed.
func (f *flock) see(name string, moments []time.Duration) (killed int) {
	for _, moment := range moments {
		p := f.goOn(name, false)
		select {
		case <-p.done:
		case <-time.After(moment):
			p.kill()
		}
		if !died(p.cmd) {
			break
		}
		killed++
	}
	if r := f.goOn(name, false).end(); r.code != 0 && (r.code != 4 || killed == 0) {
		f.t.Errorf("%s after %d kills: %s", name, killed, r)
	}
	return killed
}

// rivals all want the same campaigns. Until all but one of each have been
// turned away, the server answers nobody. Then winners may be killed: of those
// that come next, again one runs.
func (f *flock) rivals() {
	running, killed := make([]*process, len(f.names)), make([]int, len(f.names))
	f.compete(running, false)
	time.Sleep(time.Duration(f.draw.Int64N(50e6)))
	for i, p := range running {
		if p != nil && f.draw.IntN(2) == 0 {
			p.kill()
			running[i], killed[i] = nil, 1
		}
	}
	f.compete(running, true)
	close(f.answer)
	for i, p := range running {
		if p == nil {
			continue
		}
		if r := p.end(); r.code != 0 && (r.code != 4 || killed[i] == 0) {
			f.t.Errorf("%s: %s", f.names[i], r)
		}
	}
	f.judge(killed)
}

// compete starts eight processes, waits until no more are left than there are
// campaigns that nobody runs, and notes who runs which.
func (f *flock) compete(running []*process, resume bool) {
	var all []*process
	for i := range crowd {
		all = append(all, f.goOn(f.names[i%len(f.names)], resume && f.draw.IntN(2) == 0))
	}
	vacant := 0
	for _, p := range running {
		if p == nil {
			vacant++
		}
	}
	until(f.t, "all but one are turned away", func() bool { return ended(all) >= crowd-vacant })
	for i, p := range all {
		which := i % len(f.names)
		if ended([]*process{p}) == 0 {
			if running[which] != nil {
				f.t.Errorf("%s is run twice", f.names[which])
			}
			running[which] = p
		} else if r := p.end(); r.code != 6 || !strings.Contains(r.stderr, "is being run by process") {
			f.t.Errorf("a second process of %s: %s", f.names[which], r)
		}
	}
	f.sum.mu.Lock()
	defer f.sum.mu.Unlock()
	f.sum.turned += ended(all)
}

func ended(list []*process) (n int) {
	for _, p := range list {
		select {
		case <-p.done:
			n++
		default:
		}
	}
	return n
}

// judge holds the reports against the mailbox, and all that came against the
// limits, by the server's clock.
func (f *flock) judge(killed []int) {
	box, came, doubtful, dead := mailboxOf(f.server), []accepted{}, 0, 0
	for i, name := range f.names {
		s, own := f.statesOf(name), mailbox{}
		for who, n := range box {
			if strings.HasSuffix(who, "@"+name+".example") {
				own[who] = n
			}
		}
		if bad := disagreements(s, own, f.each); len(bad) > 0 {
			f.t.Errorf("%s: %v", name, bad)
		}
		if n := s.count("unconfirmed"); n > killed[i] || s.count("sent")+n != f.each {
			f.t.Errorf("%s after %d kills: %v", name, killed[i], s)
		}
		doubtful += s.count("unconfirmed")
		dead += killed[i]
	}
	for _, r := range f.server.Receipts() {
		came = append(came, accepted{r.At, len(r.To), "spring"})
	}
	var v verdict
	if v.judge(f.limits, time.UTC, came); len(v.over) > 0 {
		f.t.Errorf("%v: %s", f.limits, v.over[0])
	}
	f.sum.add(len(came), f.each*len(f.names), dead, doubtful, v)
}

func (c *crowds) add(came, people, killed, doubtful int, v verdict) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rounds++
	c.accepted += came
	c.people += people
	c.killed += killed
	c.doubtful += doubtful
	c.windows += v.windows
	c.full += v.full
}
