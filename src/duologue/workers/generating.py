"""The trade of the hands of `generate`. What its items are made of stands in the run's file, so that tools that a model wrote are not
written again.
"""

from pathlib import Path

import msgspec
from msgspec import Struct

from duologue.casting import Cast
from duologue.catalog import Catalog
from duologue.config import RunConfig
from duologue.environment import Image
from duologue.items import Items
from duologue.settings import ModelSettings
from duologue.store import Store
from duologue.workers.hand import Post, serve
from duologue.workers.messages import unpacked
from duologue.workshop import Workshop

MODULE = __name__
_catalog = msgspec.json.Decoder(Catalog).decode


class Generating(Struct, frozen=True):
    """What the hands are told. `environments`: in the order of the workshops."""

    config: RunConfig
    environments: tuple[str, ...]

    @property
    def models(self) -> ModelSettings:
        """See `Trade`."""
        return self.config.models

    @property
    def folder(self) -> Path:
        """See `Trade`."""
        return self.config.folder

    @property
    def waits(self) -> bool:
        """Models are asked of what an item has drawn before it is known to stand: then it is drawn only once."""
        roles = self.config.roles
        return bool(roles.models("judge")) and not any(roles.models(role) for role in ("tasks", "user", "agent"))

    def making(self, post: Post) -> Items:
        """See `Trade`."""
        return Items(self._shops(post.store, post.cast), post.tally, self.config.mode, {}, post.order)

    def _shops(self, store: Store, cast: Cast) -> list[Workshop]:
        images: dict[str, Image] = {}
        shops = []
        for name in self.environments:
            environment, catalog = store.environment(name), store.catalog(name)
            if environment.image and environment.image not in images:
                images[environment.image] = Image.of(store.image(environment.image))
            parts = images.get(environment.image), _catalog(catalog or b"{}")
            shop = Workshop(environment, *parts, self.config.seed, cast, self.config.models.profile)
            shops.append(shop.meeting(self.config.models.faults) if environment.image else shop)
        return shops


if __name__ == "__main__":
    serve(lambda data: unpacked(data, Generating))
