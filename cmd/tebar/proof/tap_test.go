package proof

import (
	"bufio"
	"net"
	"sync"
	"testing"
)

// A tap stands between tebar and its server and counts the lines of the
// dialogue, in both directions. At one of them it strikes: before the line is
// passed on, or behind it. What tebar has written is passed on in any case, as
// the kernel would do for a process that has died.
type tap struct {
	listener net.Listener
	live     sync.WaitGroup // connections

	mu     sync.Mutex
	server string // where it leads
	lines  int
	data   int  // DATA commands heard, over all connections
	at     int  // 0 = never
	behind bool // strike once the line has been passed on
	strike func()
}

func newTap(t *testing.T, server string) *tap {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tp := &tap{listener: listener, server: server}
	t.Cleanup(func() { _ = listener.Close() })
	go tp.accept()
	return tp
}

func (tp *tap) port() int { return tp.listener.Addr().(*net.TCPAddr).Port }

// arm sets where to strike next, counted from now.
func (tp *tap) arm(at int, behind bool, strike func()) {
	tp.mu.Lock()
	defer tp.mu.Unlock()
	tp.lines, tp.at, tp.behind, tp.strike = 0, at, behind, strike
}

// passed is how many lines have gone by since arm.
func (tp *tap) passed() int {
	tp.mu.Lock()
	defer tp.mu.Unlock()
	return tp.lines
}

func (tp *tap) behindIt() string {
	tp.mu.Lock()
	defer tp.mu.Unlock()
	return tp.server
}

// lead makes it lead to another server from now on.
func (tp *tap) lead(server string) {
	tp.mu.Lock()
	defer tp.mu.Unlock()
	tp.server = server
}

func (tp *tap) accept() {
	for {
		client, err := tp.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", tp.behindIt())
		if err != nil {
			_ = client.Close()
			continue
		}
		tp.live.Go(func() { tp.join(client.(*net.TCPConn), server.(*net.TCPConn)) })
	}
}

// join passes lines on until both have ended. A side that has ended is only
// half closed, so that the other can say and hear what is on its way.
func (tp *tap) join(client, server *net.TCPConn) {
	defer client.Close()
	defer server.Close()
	var both sync.WaitGroup
	both.Go(func() { tp.pass(client, server) })
	both.Go(func() { tp.pass(server, client) })
	both.Wait()
}

// settle waits until the server has done with the connections of a program that
// is dead: what was on its way has arrived.
func (tp *tap) settle() { tp.live.Wait() }

// pass hands line after line on until from ends; then to ends as well.
func (tp *tap) pass(from, to *net.TCPConn) {
	defer to.CloseWrite()
	r := bufio.NewReader(from)
	for {
		line, err := r.ReadBytes('\n')
		if len(line) > 0 {
			strike, behind := tp.count(line)
			if strike != nil && !behind {
				strike()
			}
			_, _ = to.Write(line)
			if strike != nil && behind {
				strike()
			}
		}
		if err != nil {
			return
		}
	}
}

func (tp *tap) count(line []byte) (strike func(), behind bool) {
	tp.mu.Lock()
	defer tp.mu.Unlock()
	tp.lines++
	if string(line) == "DATA\r\n" {
		tp.data++
	}
	if tp.at == 0 || tp.lines != tp.at {
		return nil, false
	}
	return tp.strike, tp.behind
}
