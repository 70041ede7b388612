package ledger

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"

	"github.com/firsttoken/firsttoken/prober/budget"
)

// How long the lock of a file is waited for. A process that is being replaced holds it until it has
// ended.
const (
	startLock = 5 * time.Second
	retryLock = 100 * time.Millisecond
)

// The buckets of the file.
const (
	metaBucket    = "meta"
	chargeBucket  = "charges"
	backoffBucket = "backoffs"
	pauseBucket   = "pauses" // may be missing: the first files had none
)

// opener opens the file for bbolt.
type opener func(name string, flag int, perm os.FileMode) (*os.File, error)

// store is the file.
type store struct {
	db     *bbolt.DB
	broken error // after a panic, which may have left bbolt's locks held
}

// contents are what a file holds.
type contents struct {
	charges  []budget.Charge
	backoffs map[string]backoff
	pauses   map[string]time.Time
}

// openStore opens the file, or makes it, and reads all of it. bbolt meets a damaged page with a panic
// or by reading where nothing is mapped, so both become errors here; the lock, which it then keeps, is
// given up with the file.
func openStore(path string, open opener, lockFor time.Duration) (s *store, held contents, err error) {
	var file *os.File
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			s, err = nil, &Corrupt{Path: path, Err: fmt.Errorf("%v", p)}
			_ = file.Close()
		}
	}()
	if open == nil {
		open = os.OpenFile
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: lockFor,
		OpenFile: func(name string, flag int, perm os.FileMode) (*os.File, error) {
			var err error
			file, err = open(name, flag, perm)
			return file, err
		},
	})
	if err != nil {
		return nil, held, explain(path, errors.Join(err, cutShort(path)))
	}
	s = &store{db: db}
	if held, err = s.read(); err == nil {
		err = s.settleIn(path)
	}
	if err != nil {
		_ = db.Close()
		return nil, held, explain(path, err)
	}
	return s, held, nil
}

// cutShort is an error for a file that ends within its meta pages, for which bbolt's has no type.
func cutShort(path string) error {
	info, err := os.Stat(path)
	if err == nil && info.Mode().IsRegular() && info.Size() > 0 && info.Size() < int64(2*os.Getpagesize()) {
		return errCutShort
	}
	return nil
}

// settleIn makes the buckets of a new file, and the file's own entry in its directory durable. It also
// shows whether an old file can be written.
func (s *store) settleIn(path string) error {
	err := s.db.Update(func(tx *bbolt.Tx) error {
		if tx.Bucket([]byte(metaBucket)) != nil {
			return changes{}.put(tx)
		}
		for _, name := range []string{metaBucket, chargeBucket, backoffBucket, pauseBucket} {
			if _, err := tx.CreateBucket([]byte(name)); err != nil {
				return err
			}
		}
		meta := tx.Bucket([]byte(metaBucket))
		return errors.Join(meta.Put([]byte(formatKey), []byte(format)), meta.Put([]byte(digestKey), digest(0).seal()))
	})
	if err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(path))
}

// syncDirectory is what makes a new file survive a loss of power. Windows has no such thing.
func syncDirectory(name string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return d.Sync()
}

func (s *store) read() (held contents, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		held, err = readAll(tx)
		return err
	})
	return held, err
}

func readAll(tx *bbolt.Tx) (held contents, err error) {
	held.backoffs, held.pauses = map[string]backoff{}, map[string]time.Time{}
	meta := tx.Bucket([]byte(metaBucket))
	if meta == nil { // a new file has no buckets at all
		return held, tx.ForEach(func([]byte, *bbolt.Bucket) error { return errNoBucket })
	}
	if f := string(meta.Get([]byte(formatKey))); f != format {
		return held, &wrongFormat{found: f}
	}
	stored, err := parseDigest(meta.Get([]byte(digestKey)))
	if err != nil {
		return held, err
	}
	var found digest
	err = errors.Join(
		each(tx, chargeBucket, &found, func(key, value []byte) error {
			c, err := parseCharge(key, value)
			held.charges = append(held.charges, c)
			return err
		}),
		each(tx, backoffBucket, &found, func(key, value []byte) error {
			b, err := parseBackoff(key, value)
			held.backoffs[string(key)] = b
			return err
		}))
	if err == nil && tx.Bucket([]byte(pauseBucket)) != nil {
		err = each(tx, pauseBucket, &found, func(key, value []byte) error {
			target, since, err := parsePause(key, value)
			held.pauses[target] = since
			return err
		})
	}
	if err == nil && found != stored {
		err = errDigest
	}
	return held, err
}

func each(tx *bbolt.Tx, bucket string, d *digest, parse func(key, value []byte) error) error {
	b := tx.Bucket([]byte(bucket))
	if b == nil {
		return errNoBucket
	}
	return b.ForEach(func(key, value []byte) error {
		err := parse(key, value)
		if err == nil {
			d.add(value)
		}
		return err
	})
}

// write makes changes durable, all or none. After an error they may be in the file or not.
func (s *store) write(c changes) (err error) {
	if s.broken != nil {
		return s.broken
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			s.broken = fmt.Errorf("it was damaged while in use: %v", p)
			err = s.broken
		}
	}()
	return s.db.Update(func(tx *bbolt.Tx) error { return c.put(tx) })
}

// put writes the changes and the digest. Even without any change that is a write, so that it shows
// whether the file can be written.
func (c changes) put(tx *bbolt.Tx) error {
	charges, backoffs := tx.Bucket([]byte(chargeBucket)), tx.Bucket([]byte(backoffBucket))
	meta := tx.Bucket([]byte(metaBucket))
	if charges == nil || backoffs == nil || meta == nil {
		return errNoBucket
	}
	d, err := parseDigest(meta.Get([]byte(digestKey)))
	if err != nil {
		return err
	}
	for _, charge := range c.charges {
		key := chargeKey(charge)
		if err := put(charges, &d, key, chargeValue(key, charge), charge.Gone); err != nil {
			return err
		}
	}
	for target, b := range c.backoffs {
		key := []byte(target)
		if err := put(backoffs, &d, key, backoffValue(key, b), b == backoff{}); err != nil {
			return err
		}
	}
	if err := c.putPauses(tx, &d); err != nil {
		return err
	}
	return meta.Put([]byte(digestKey), d.seal())
}

func (c changes) putPauses(tx *bbolt.Tx, d *digest) error {
	pauses, err := tx.CreateBucketIfNotExists([]byte(pauseBucket))
	if err != nil {
		return err
	}
	for target, since := range c.pauses {
		key := pauseKey(target)
		if err := put(pauses, d, key, pauseValue(key, since), since.IsZero()); err != nil {
			return err
		}
	}
	return nil
}

// put replaces or removes a value.
func put(b *bbolt.Bucket, d *digest, key, value []byte, gone bool) error {
	if before := b.Get(key); before != nil {
		d.remove(before)
	}
	if gone {
		return b.Delete(key)
	}
	d.add(value)
	return b.Put(key, value)
}

func (s *store) close() error {
	if s.broken != nil {
		return s.broken
	}
	return s.db.Close()
}
