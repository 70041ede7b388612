package screen

import (
	"io"

	"golang.org/x/term"
)

// keyboard reads single keys from a terminal.
type keyboard struct {
	pressed chan rune
	restore func()
}

// What keys mean, after their spellings.
const (
	keyIncident = 'i'
	keyHelp     = '?'
	keyQuit     = 'q'
	keyBack     = '\x1b' // escape
	keyRedraw   = '\f'   // control-L
)

// openKeyboard switches the terminal behind r to single keys, until restore; ok is false where r is none. With it the
// terminal no longer makes a signal of control-C: keyQuit takes its place.
//
// The goroutine that reads outlives restore, as a read from a terminal cannot be taken back: it ends with the terminal,
// or with the process.
func openKeyboard(r io.Reader) (k *keyboard, ok bool) {
	f, ok := terminalFile(r)
	if !ok {
		return nil, false
	}
	before, err := term.MakeRaw(int(f.Fd()))
	if err != nil {
		return nil, false
	}
	k = &keyboard{pressed: make(chan rune, 16)}
	// Nothing can be done for a terminal that refuses its own settings.
	k.restore = func() { _ = term.Restore(int(f.Fd()), before) }
	go k.read(f)
	return k, true
}

// read passes keys on until r ends, which is as if the user quit: a terminal that was closed.
func (k *keyboard) read(r io.Reader) {
	defer func() { k.pressed <- keyQuit }()
	buffer := make([]byte, 64)
	for {
		n, err := r.Read(buffer)
		for _, key := range keysOf(buffer[:n]) {
			k.pressed <- key
		}
		if err != nil {
			return
		}
	}
}

// keysOf are the keys that mean something. Arrows and function keys come as an escape and more, all at once: they mean
// nothing, and no letter in them does.
func keysOf(typed []byte) []rune {
	if len(typed) > 1 && typed[0] == keyBack {
		return nil
	}
	var keys []rune
	for _, b := range typed {
		switch b {
		case 'i', 'I':
			keys = append(keys, keyIncident)
		case '?', 'h', 'H':
			keys = append(keys, keyHelp)
		case 'q', 'Q', 0x03, 0x04: // control-C and control-D
			keys = append(keys, keyQuit)
		case keyBack, keyRedraw:
			keys = append(keys, rune(b))
		}
	}
	return keys
}
