"""A store with a past, and every value that its names ever had: for rot and damage tests."""

from keystore import Store, slots

from .build import make

MAC = b"\x00\x80\x9f\x59\xe1\xa0"
NAMES = ("active", "next", "anchors", "config", "state")


class Past:
    """A model, what it shows now, and for each name the set of all values it ever had."""

    def __init__(self, blocks, block, unit, span, kek):
        values = [(slots.MAC, 0, MAC), (slots.CERTIFICATE, 0, b"factory certificate " * 20)]
        self.device = make(blocks, block, unit, span, values, kek=kek)
        self.kek, self.ever = kek, {}
        store = self.mounted()
        for n in range(1, 7):
            store.put("config", slots.SETTINGS, b"settings %d " % n * 8)
            store.put("config", slots.CHALLENGE, b"challenge %d" % n, secret=True)
            self._note(store)
            store.put("anchors", slots.CA, b"anchor %d " % n * 30)
            store.put("next", slots.KEY, b"key %d " % n * 20, secret=True)
            store.put("next", slots.TRANSACTION, b"pending %d" % n)
            store.put("next", slots.CERTIFICATE, b"certificate %d " % n * 30)
            self._note(store)
            store.activate()
            store.put("state", slots.CLOCK, b"%d" % n)
            self._note(store)
            while store.tidy():
                pass
            store = self.mounted()
        store.put("next", slots.KEY, b"key in work", secret=True)
        self.now = self._note(store)
        self.image = bytes(self.device.data)

    def mounted(self):
        store = Store(self.device, self.kek)
        store.mount()
        return store

    def _note(self, store):
        shown = view(store)
        for name, value in shown.items():
            self.ever.setdefault(name, set()).add(value)
        return shown

    def judge(self, image):
        """Mount an image that is this past's but damaged; raise AssertionError where it lies.

        A value is the newest, or an older one of the same name and then damage is reported;
        the factory's values are all there. Return whether anything was reported.
        """
        self.device.data[:] = image
        store = self.mounted()
        assert bytes(store.get("factory", slots.MAC)) == MAC, "the factory MAC"
        found = store.get("factory", slots.CERTIFICATE)
        assert bytes(found) == b"factory certificate " * 20, "the factory certificate"
        if store.error:
            return True
        shown = view(store)
        if shown != self.now:
            assert store.damage, f"other values and no word of it: {shown}"
            for name, value in shown.items():
                assert value in self.ever.get(name, ()), f"a value that never was: {name}"
        key, certificate = shown.get(("active", 1)), shown.get(("active", 2))
        if key and certificate:
            assert key[4:6] == certificate[12:14], "a key with another one's certificate"
        return bool(store.damage)


def view(store):
    """Return {(slot, tag): bytes} of what a store shows."""
    return {(s, tag): bytes(store.get(s, tag)) for s in NAMES for tag in store.tags(s)}
