package keyring_test

import (
	"errors"
	"fmt"

	"github.com/symbi-ctl/symbi-ctl/internal/keyring"
)

func Example() {
	secrets := keyring.New(keyring.Service, 0)
	_, err := secrets.Get("")
	fmt.Println(errors.Is(err, keyring.ErrName), err)
	// Output: true read "" in the keyring: the name of a secret is 1 to 255 printable characters
}
