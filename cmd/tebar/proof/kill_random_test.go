package proof

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"testing"
	"time"

	"tebar/campaign/mailer/sandbox"
)

// A killer kills one program after another, at times that it draws.
type killer struct {
	draw    *rand.Rand
	arrived chan struct{} // one for each message that the server has accepted
	first   time.Duration // from a program's start to its first message, as seen last
}

// strike lets the program live until a drawn number of messages has come and a
// moment longer; or, one time in four, for a drawn time from its start. It says
// whether the program had to be killed.
func (k *killer) strike(cmd *exec.Cmd, most int) bool {
	done, begun := make(chan struct{}), time.Now()
	go func() { _ = cmd.Wait(); close(done) }()
	if k.draw.IntN(4) == 0 {
		k.wait(done, 2*k.first)
	} else {
		for range 1 + k.draw.IntN(most) {
			if !k.message(done, begun) {
				break
			}
		}
		k.wait(done, 8*time.Millisecond)
	}
	_ = cmd.Process.Kill()
	<-done
	return died(cmd)
}

func (k *killer) wait(done chan struct{}, most time.Duration) {
	select {
	case <-done:
	case <-time.After(time.Duration(k.draw.Int64N(int64(most)))):
	}
}

// message waits for one to come; false means that none will.
func (k *killer) message(done chan struct{}, begun time.Time) bool {
	select {
	case <-done:
		return false
	case <-k.arrived:
		k.first = min(k.first, time.Since(begun))
		return true
	}
}

// forget takes the messages of a program that is dead out of the channel.
func (k *killer) forget() {
	for len(k.arrived) > 0 {
		<-k.arrived
	}
}

// TestRandomKills kills tebar with SIGKILL at random times all along campaigns
// of 2,000 people, until it has been killed 500 times; what is left is sent
// undisturbed.
func TestRandomKills(t *testing.T) {
	n, wanted := size(100, 2000), size(10, 500)
	sum := &kills{}
	for round := uint64(0); sum.killed < wanted && !t.Failed(); round++ {
		connections := []int{2, 4, 16, 1}[round%4]
		killCampaign(t, sum, rand.New(rand.NewPCG(round, 9)), n, wanted-sum.killed, connections)
	}
	if sum.killed < wanted {
		t.Errorf("%d kills, want %d", sum.killed, wanted)
	}
	sum.figures(t, "random kills", "campaigns")
}

func killCampaign(t *testing.T, sum *kills, draw *rand.Rand, n, wanted, connections int) {
	t.Helper()
	k := newKiller(draw, n)
	server := serve(t, sandbox.Options{Each: func(sandbox.Receipt) { k.arrived <- struct{}{} }})
	m := machineIn(t, inMemory(t), server.Port(), n, fmt.Sprintf(
		"sender: {provider: smtp, host: 127.0.0.1, port: %d, security: none, auth: none, connections: %d}\n", server.Port(), connections))
	killed := k.strikes(m, server.Count, n, wanted)
	sum.sum(m, mailboxOf(server), n, killed, connections)
}

func newKiller(draw *rand.Rand, n int) *killer {
	return &killer{draw: draw, arrived: make(chan struct{}, 2*n), first: time.Second}
}

// strikes kills a campaign of n until it has been killed as often as wanted or
// has ended; what is left is sent undisturbed. count is what the server has
// accepted until now.
func (k *killer) strikes(m *machine, count func() int, n, wanted int) (killed int) {
	m.t.Helper()
	for killed < wanted {
		k.forget()
		cmd := m.command(nil, goOnWith(m, count() > 0, k.draw)...)
		if err := cmd.Start(); err != nil {
			m.t.Fatal(err)
		}
		if !k.strike(cmd, max(1, 2*(n-count())/(wanted-killed))) {
			break
		}
		killed++
	}
	m.must([]int{0, 4}, "run", m.file, "--yes")
	return killed
}

// goOnWith is run until the campaign is surely in the store, then either.
func goOnWith(m *machine, stored bool, draw *rand.Rand) []string {
	if stored && draw.IntN(2) == 0 {
		return []string{"resume", "spring"}
	}
	return []string{"run", m.file, "--yes"}
}
