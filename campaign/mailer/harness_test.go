package mailer

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"flag"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tebar/campaign"
	"tebar/campaign/mailer/sandbox"
)

var update = flag.Bool("update", false, "write the goldens anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// authority is a CA made for this run of the tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

var ca = sync.OnceValue(func() authority {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test CA"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, _ := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	cert, _ := x509.ParseCertificate(der)
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return authority{cert, key, pool}
})

// certificate is signed by the CA unless self is true.
func certificate(t testing.TB, name string, until time.Time, self bool) *tls.Config {
	t.Helper()
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: until,
	}
	if ip := net.ParseIP(name); ip != nil {
		tmpl.IPAddresses, tmpl.DNSNames = []net.IP{ip}, nil
	}
	parent, signer := ca().cert, ca().key
	if self {
		parent, signer = tmpl, key
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func good(t testing.TB) *tls.Config {
	return certificate(t, "127.0.0.1", time.Now().Add(time.Hour), false)
}

func roots() *tls.Config { return &tls.Config{RootCAs: ca().pool} }

// serve starts a sandbox.
func serve(t testing.TB, o sandbox.Options) *sandbox.Server {
	t.Helper()
	o.Keep = true
	s, err := sandbox.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// sender makes a Sender for a sandbox, with short time-outs; change alters
// the Server before.
func sender(t testing.TB, s *sandbox.Server, change ...func(*Server)) *Sender {
	t.Helper()
	server := Server{
		Host: s.Host(), Port: s.Port(), Security: campaign.None,
		Timeouts: Timeouts{Connect: 5 * time.Second, Command: 5 * time.Second, Data: 5 * time.Second, Block: 5 * time.Second, Dot: 5 * time.Second},
	}
	for _, c := range change {
		c(&server)
	}
	m := New(server)
	t.Cleanup(m.Close)
	return m
}

func with(user, password string) func(*Server) {
	return func(s *Server) {
		s.Username = user
		s.Password = func(context.Context) (string, error) { return password, nil }
	}
}

func security(how campaign.Security) func(*Server) {
	return func(s *Server) { s.Security, s.TLS = how, roots() }
}

func rule(stage campaign.Stage, r sandbox.Reply) sandbox.Rule {
	return sandbox.Rule{Stage: stage, Reply: r}
}

// envelope is a built message; to are its recipients.
func envelope(t testing.TB, to ...string) campaign.Envelope {
	t.Helper()
	if len(to) == 0 {
		to = []string{"ayu@example.org"}
	}
	m := sample()
	m.To.Email = to[0]
	for _, a := range to[1:] {
		m.Cc = append(m.Cc, campaign.Address{Email: a})
	}
	e, err := Build(m)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func sample() Message {
	return Message{
		From:    campaign.Address{Name: "Rina Wijaya", Email: "rina@example.org"},
		To:      campaign.Address{Name: "Ayu", Email: "ayu@example.org"},
		Subject: "Open day on Saturday", Text: "Dear Ayu,\n.\n..dots\nsee you\n", HTML: "<p>Dear Ayu</p>",
		MessageID: "20270301.1@example.org", Date: time.Date(2027, 3, 1, 9, 0, 0, 0, time.FixedZone("", 7*3600)),
		Unsubscribe: campaign.Unsubscribe{Mailto: "rina@example.org", Subject: "unsubscribe spring"},
	}
}

// marks counts the calls of a mark.
type marks struct{ n int }

func (m *marks) mark(context.Context) error { m.n++; return nil }
