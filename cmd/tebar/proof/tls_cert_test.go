package proof

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"
)

// An authority signs certificates for a run of the tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// trusted is the authority whose file trustIn gives to a machine.
var trusted = sync.OnceValue(newAuthority)

func newAuthority() authority {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "proof CA"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, _ := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	cert, _ := x509.ParseCertificate(der)
	return authority{cert, key}
}

// certificate is for name, an address or a host, and ends at until.
func (a authority) certificate(t *testing.T, name string, until time.Time) *tls.Config {
	t.Helper()
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: until,
	}
	if ip := net.ParseIP(name); ip != nil {
		tmpl.IPAddresses, tmpl.DNSNames = []net.IP{ip}, nil
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// goodCertificate is one that a machine of trustIn accepts.
func goodCertificate(t *testing.T) *tls.Config {
	t.Helper()
	return trusted().certificate(t, "127.0.0.1", time.Now().Add(24*time.Hour))
}

// trustIn makes a machine trust the authority, and it alone.
func trustIn(t *testing.T, m *machine) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ca.pem")
	data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: trusted().cert.Raw})
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	m.env = append(m.env, "SSL_CERT_FILE="+file, "SSL_CERT_DIR="+filepath.Dir(file))
}

// canTrust says whether SSL_CERT_FILE counts on this system; on the others
// trust is the system's own, and no test changes that.
func canTrust() bool { return runtime.GOOS != "windows" && runtime.GOOS != "darwin" }
