package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"syscall"

	berrors "go.etcd.io/bbolt/errors"
)

// InUse is the refusal of a file that another process has.
type InUse struct{ Path string }

func (e *InUse) Error() string {
	return fmt.Sprintf("the ledger %s is in use by another process: one firsttoken at a time may spend from it", e.Path)
}

// Corrupt is the refusal of a file that cannot be read as a ledger.
type Corrupt struct {
	Path string
	Err  error
}

func (e *Corrupt) Error() string {
	return fmt.Sprintf("the ledger %s is damaged (%v). What it holds cannot be known, so nothing is sent. "+
		"To go on as if nothing had been spent in this day and month, move it aside: mv %s %s",
		e.Path, e.Err, strconv.Quote(e.Path), strconv.Quote(e.Path+".damaged"))
}

func (e *Corrupt) Unwrap() error { return e.Err }

// wrongFormat is the refusal of a file that another version wrote.
type wrongFormat struct{ path, found string }

func (e *wrongFormat) Error() string {
	return fmt.Sprintf("the ledger %s has format %q, and this version of firsttoken reads %q: another version wrote it",
		e.path, e.found, format)
}

// explain says what an error of the file means.
func explain(path string, err error) error {
	other, isOther := errors.AsType[*wrongFormat](err)
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return &InUse{path}
	case isOther:
		other.path = path
		return other
	case isDamage(err):
		return &Corrupt{Path: path, Err: err}
	}
	return fmt.Errorf("opening the ledger %s: %w", path, err)
}

func isDamage(err error) bool {
	for _, damage := range []error{
		berrors.ErrInvalid, berrors.ErrVersionMismatch, berrors.ErrChecksum, berrors.ErrInvalidMapping,
		errNoBucket, errChecksum, errShape, errDigest, errCutShort,
	} {
		if errors.Is(err, damage) {
			return true
		}
	}
	return false
}

// mayRecover says that the disk may, without anybody changing the configuration or the file: it is
// full, or was mounted read-only for its errors. A path that does not exist, or that is forbidden, stays
// so, and so does a read-only place for a file that was never there.
func mayRecover(path string, err error) bool {
	_, inUse := errors.AsType[*InUse](err)
	_, corrupt := errors.AsType[*Corrupt](err)
	_, other := errors.AsType[*wrongFormat](err)
	if inUse || corrupt || other {
		return false
	}
	for _, final := range []error{fs.ErrNotExist, fs.ErrPermission, syscall.ENOTDIR, syscall.EISDIR} {
		if errors.Is(err, final) {
			return false
		}
	}
	if errors.Is(err, syscall.EROFS) {
		_, missing := os.Stat(path)
		return missing == nil
	}
	return true
}
