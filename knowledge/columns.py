"""Memberships as columns of numbers: what a query asks of all of them is counted at once."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from knowledge.facts import Membership, Partnership, Region

Numbers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]


class Columns:
    """One row a membership, one column an axis: ``region``, ``country``, ``partnership``, ``role``.

    ``ids`` gives by axis all there is, in its order; a column holds places in that order.
    """

    def __init__(
        self,
        rows: Sequence[Membership],
        ids: Mapping[str, list[str]],
        regions: Mapping[str, Region],
        partnerships: Mapping[str, Partnership],
    ) -> None:
        self.ids = ids
        values = {
            "region": [row.region for row in rows],
            "country": [regions[row.region].country for row in rows],
            "partnership": [row.partnership for row in rows],
            "role": [row.role for row in rows],
        }
        self._places: dict[str, dict[str, int]] = {}
        self._columns: dict[str, Numbers] = {}
        for axis, column in values.items():
            places = self._places[axis] = {id: place for place, id in enumerate(ids[axis])}
            self._columns[axis] = np.array([places[id] for id in column], np.int64)
        pilots = [partnerships[id].vanguard_pilot for id in values["partnership"]]
        self._vanguard: Truths = np.array(pilots, np.bool_)

    def recorded(self, axis: str) -> Truths:
        """Tells of all ids of an axis whether any row has them."""
        found = np.zeros(len(self.ids[axis]), np.bool_)
        found[self._columns[axis]] = True
        return found

    def among(self, axis: str, ids: Iterable[str]) -> Truths:
        """Tells of all ids of an axis whether they are among the given ones."""
        places = self._places[axis]
        found = np.zeros(len(places), np.bool_)
        found[[places[id] for id in ids if id in places]] = True
        return found

    def fitting(
        self, ids: Mapping[str, frozenset[str]], *, vanguard: bool | None, other_than: str | None
    ) -> Truths:
        """Tells of all rows whether they fit.

        Args:
            ids: What a row may have, by axis; an empty set lets everything through.
            vanguard: Whether its partnership has to be a Vanguard pilot; either is right when None.
            other_than: A region that it may not have.
        """
        fits = np.ones(len(self._vanguard), np.bool_)
        for axis, wanted in ids.items():
            if wanted:
                fits &= self.among(axis, wanted)[self._columns[axis]]
        if vanguard is not None:
            fits &= self._vanguard == vanguard
        if other_than is not None:
            fits &= self._columns["region"] != self._places["region"].get(other_than, -1)
        return fits

    def counts(self, axis: str, counted: str, fits: Truths) -> Numbers:
        """Counts for each id of an axis what different ids of another its fitting rows have.

        Roles are counted row by row.
        """
        of = self._columns[axis][fits]
        if counted != "role":
            others = len(self.ids[counted])
            of = np.unique(of * others + self._columns[counted][fits]) // others
        return np.bincount(of, minlength=len(self.ids[axis]))
