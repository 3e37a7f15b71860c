package recipients

import (
	"path/filepath"
	"slices"
	"testing"

	"tebar/campaign"
)

func TestRoles(t *testing.T) {
	path := write(t, "people.csv", "email\nana@example.org\nInfo@example.org\nno-reply@example.org\noffice2+x@example.org\ninformatics@example.org\nbudi@mailinator.com\ninfo@\n")
	list := campaign.List{File: "people.csv"}
	_, result := readLists(t, filepath.Dir(path), list)
	if len(result.Problems) != 1 {
		t.Error(result.Problems)
	}
	_, result = readWith(t, Options{Folder: filepath.Dir(path), Roles: true}, list)
	if len(result.Problems) != 3 || result.Messages != 6 {
		t.Fatal(result.Messages, result.Problems)
	}
	role, short := result.Problems[1], result.Problems[2]
	if role.Message != isRole.message || role.Row != 3 || !slices.Equal(role.Rows, []int{4, 5}) || role.Severity != campaign.Warning {
		t.Errorf("%+v", role)
	}
	if short.Message != isDisposable.message || short.Row != 7 || len(short.Rows) != 0 {
		t.Errorf("%+v", short)
	}
}
