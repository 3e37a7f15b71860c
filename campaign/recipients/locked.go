package recipients

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/xuri/excelize/v2"

	"tebar/campaign"
)

// maxLocked is the greatest size of an encrypted workbook in bytes: it is
// decrypted in memory, in several copies. What comes out is held to the limits
// of any workbook.
const maxLocked = 64 << 20

// unlock decrypts the file ([MS-OFFCRYPTO], standard and agile encryption)
// with the secret that ref points to.
func (f *file) unlock(ref string) ([]byte, error) {
	if f.size > maxLocked {
		return nil, f.lockProblem(fmt.Sprintf("is locked with a password and larger than %d MB", maxLocked>>20), "save the sheet of the list as a workbook of its own, or as CSV UTF-8")
	}
	password, err := f.password(ref)
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(f.path)
	if err != nil {
		return nil, missing(f.name, err)
	}
	text, err := decryptBook(raw, password)
	switch {
	case errors.Is(err, excelize.ErrUnsupportedEncryptMechanism), errors.Is(err, excelize.ErrUnsupportedHashAlgorithm),
		errors.Is(err, excelize.ErrUnknownEncryptMechanism), errors.Is(err, excelize.ErrMaxSpinCount):
		return nil, f.lockProblem("is locked in a way that is not known", "open it in Excel, take the password off and save it")
	case err != nil, !bytes.HasPrefix(text, zipMagic):
		return nil, f.lockProblem("the password is wrong, or the workbook is damaged", "look at what `password: "+kindOf(ref)+"` gives; or open the workbook in Excel, and save it without a password")
	}
	return text, nil
}

// password asks for the secret.
func (f *file) password(ref string) (string, error) {
	if f.secret == nil {
		return "", f.lockProblem("is locked with a password, which cannot be asked for here", "save it without a password")
	}
	password, err := f.secret(ref)
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "", err
	case err != nil:
		var h *campaign.HintError
		hint := "correct the reference, or save the workbook without a password"
		if errors.As(err, &h) {
			hint = h.Hint
		}
		return "", f.lockProblem("its password cannot be had: "+err.Error(), hint)
	case password == "":
		return "", f.lockProblem("its password is empty", "write it to where `password: "+kindOf(ref)+"` points")
	}
	return password, nil
}

func (f *file) lockProblem(message, hint string) campaign.Problem {
	p := fileProblem(f.name, message, hint)
	p.Field = "recipients.password"
	return p
}

// kindOf is a reference as a message shows it: a command may hold a secret.
func kindOf(ref string) string {
	if strings.HasPrefix(ref, "command:") {
		return "command:..."
	}
	return ref
}

// decryptBook is excelize's Decrypt. A file that makes it panic is damaged.
func decryptBook(raw []byte, password string) (text []byte, err error) {
	defer func() {
		if recover() != nil {
			err = excelize.ErrWorkbookFileFormat
		}
	}()
	return excelize.Decrypt(raw, &excelize.Options{Password: password})
}
