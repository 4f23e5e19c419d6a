//go:build !linux && !darwin

package store_test

import (
	"errors"
	"os"
)

func tooLarge() os.Signal { return os.Interrupt }

func limitFiles(uint64) error { return errors.ErrUnsupported }
