package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/firsttoken/firsttoken/prober/budget"
)

// Reads of a file that is written meanwhile, until two in a row are equal.
const (
	readTries = 200
	readAgain = 5 * time.Millisecond
)

var errRestless = errors.New("it changes too fast to be read")

// Read is what a file holds, also while a process has it: the lock is not asked for. It is read until
// two reads in a row are equal, and a file of which that is so is one that a transaction has left.
func Read(path string) ([]budget.Charge, error) {
	data, err := readStable(path)
	if err != nil {
		return nil, fmt.Errorf("reading the ledger %s: %w", path, err)
	}
	copied, err := os.CreateTemp("", "firsttoken-ledger-*")
	if err != nil {
		return nil, fmt.Errorf("copying the ledger %s: %w", path, err)
	}
	defer func() { _ = os.Remove(copied.Name()) }()
	_, err = copied.Write(data)
	if err = errors.Join(err, copied.Close()); err != nil {
		return nil, fmt.Errorf("copying the ledger %s: %w", path, err)
	}
	s, held, err := openStore(copied.Name(), nil, startLock)
	if err != nil {
		return nil, renamed(err, path)
	}
	return held.charges, s.close()
}

func readStable(path string) ([]byte, error) {
	before, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for range readTries {
		now, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if bytes.Equal(before, now) {
			return now, nil
		}
		before = now
		time.Sleep(readAgain)
	}
	return nil, errRestless
}

// renamed has an error name the file and not its copy.
func renamed(err error, path string) error {
	if corrupt, ok := errors.AsType[*Corrupt](err); ok {
		return &Corrupt{Path: path, Err: corrupt.Err}
	}
	return err
}

// SetAside renames a file that no process has, damaged or not, and returns its new name. The next Open
// of the path begins with nothing spent.
func SetAside(path string, now time.Time) (string, error) {
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("setting the ledger aside: %w", err)
	}
	s, _, err := openStore(path, nil, retryLock)
	if _, inUse := errors.AsType[*InUse](err); inUse {
		return "", err
	}
	aside := path + "." + now.UTC().Format("20060102T150405Z")
	renaming := os.Rename(path, aside)
	if s != nil {
		_ = s.close() // after the renaming, so that nobody takes the file in between
	}
	if renaming != nil {
		return "", fmt.Errorf("setting the ledger aside: %w", renaming)
	}
	return aside, nil
}
