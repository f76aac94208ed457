"""Products, decompositions and systems of equations."""

import numpy as np
import torch
import torch.nn.functional as F


def record(r):
    record_products(r)
    record_einsum(r)
    record_square(r)
    record_systems(r)


def record_products(r):
    r.op("matmul")
    for a, b in [
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 2)),
        ((2, 3), (3, 4)),
        ((1, 1), (1, 1)),
        ((5, 1), (1, 4)),
        ((1, 6), (6, 1)),
        ((2, 3, 4), (4, 2)),
        ((2, 3, 4), (2, 4, 2)),
        ((2, 3, 4), (4,)),
        ((3,), (2, 3, 4)),
        ((3, 4), (2, 4, 2)),
        ((2, 1, 3, 4), (3, 4, 2)),
        ((1, 3, 4), (2, 4, 2)),
        ((0, 3), (3, 2)),
        ((2, 0), (0, 3)),
        ((2, 3), (3, 0)),
        ((0, 2, 3), (3, 4)),
        ((7, 9), (9, 8)),
    ]:
        r.case(torch.matmul, [r.draw(*a), r.draw(*b)])
    r.op("dot")
    for size in (1, 3, 20, 0):
        r.case(torch.dot, [r.draw(size), r.draw(size)])
    r.op("vdot")
    for size in (1, 3, 20):
        r.case(torch.vdot, [r.draw(size), r.draw(size)])
    r.op("outer")
    for a, b in [(1, 1), (3, 4), (5, 2), (0, 3)]:
        r.case(torch.outer, [r.draw(a), r.draw(b)])
    r.op("tensordot")
    for a, b, count in [
        ((3,), (3,), 1),
        ((2, 3), (3, 4), 1),
        ((2, 3, 4), (3, 4, 2), 2),
        ((2, 3), (4,), 0),
        ((2, 3), (2, 3), 2),
        ((2, 3, 4), (4,), 1),
    ]:
        r.case(lambda a, b, count: torch.tensordot(a, b, count), [r.draw(*a), r.draw(*b)], count=count)
    for a, b, first, second in [
        ((2, 3), (2, 4), [0], [0]),
        ((2, 3, 4), (4, 3, 2), [1, 2], [1, 0]),
        ((2, 3, 4), (2, 5), [0], [0]),
        ((2, 3), (3, 2), [1, 0], [0, 1]),
        ((2, 3, 4), (3,), [-2], [0]),
    ]:
        r.case(
            lambda a, b, a_axes, b_axes: torch.tensordot(a, b, (a_axes, b_axes)),
            [r.draw(*a), r.draw(*b)],
            a_axes=first,
            b_axes=second,
        )
    r.op("linear")
    for shape in [(3,), (2, 3), (2, 4, 3), (0, 3), (1, 3), (2, 1, 2, 3)]:
        r.case(F.linear, [r.draw(*shape), r.draw(4, 3)])
        r.case(F.linear, [r.draw(*shape), r.draw(4, 3), r.draw(4)])
    r.op("bilinear")
    for shape in [(2,), (3, 2)]:
        r.case(F.bilinear, [r.draw(*shape, 3), r.draw(*shape, 4), r.draw(2, 3, 4)])
        r.case(F.bilinear, [r.draw(*shape, 3), r.draw(*shape, 4), r.draw(2, 3, 4), r.draw(2)])
    scales = [{}, {"alpha": 0.5}, {"beta": 2.0}, {"alpha": -1.5, "beta": 0.0}]
    for name, function, layouts in [
        ("addmm", torch.addmm, [((2, 4), (2, 3), (3, 4)), ((4,), (2, 3), (3, 4)), ((2, 1), (2, 3), (3, 4))]),
        (
            "baddbmm",
            torch.baddbmm,
            [((2, 3, 2), (2, 3, 4), (2, 4, 2)), ((3, 1), (2, 3, 4), (2, 4, 2)), ((), (2, 3, 4), (2, 4, 2))],
        ),
    ]:
        r.op(name)
        for shapes in layouts:
            for options in scales:
                r.case(function, [r.draw(*shape) for shape in shapes], **options)


def record_einsum(r):
    r.op("einsum")
    for subscripts, *shapes in [
        ("i->i", (3,)),
        ("i->", (3,)),
        ("ij->ji", (2, 3)),
        ("ij->", (2, 3)),
        ("ij->i", (2, 3)),
        ("ij->j", (2, 3)),
        ("ii->i", (3, 3)),
        ("ii", (3, 3)),
        ("ijk->kij", (2, 3, 4)),
        ("iij->j", (2, 2, 3)),
        ("ba", (2, 3)),
        ("i,i->", (3,), (3,)),
        ("i,i->i", (3,), (3,)),
        ("i,j->ij", (3,), (4,)),
        ("i,j->ji", (3,), (4,)),
        ("ij,j->i", (2, 3), (3,)),
        ("ij,jk", (2, 3), (3, 4)),
        ("ij,jk->ik", (2, 3), (3, 4)),
        ("ij,jk->ki", (2, 3), (3, 4)),
        ("ij,kj->ik", (2, 3), (4, 3)),
        ("ij,ij->", (2, 3), (2, 3)),
        ("ij,ij->i", (2, 3), (2, 3)),
        ("ij,ij->ij", (2, 3), (2, 3)),
        ("ij,k->ijk", (2, 3), (4,)),
        ("bij,bjk->bik", (2, 3, 4), (2, 4, 2)),
        ("bij,jk->bik", (2, 3, 4), (4, 2)),
        ("bij,bkj->bik", (2, 3, 4), (2, 2, 4)),
        ("bij,bij->b", (2, 3, 2), (2, 3, 2)),
        ("bhid,bhjd->bhij", (2, 2, 3, 2), (2, 2, 4, 2)),
        ("bqhd,bkhd->bhqk", (1, 3, 2, 2), (1, 4, 2, 2)),
        ("ijk,jil->kl", (2, 3, 4), (3, 2, 2)),
        ("ijkl,klmn->ijmn", (2, 2, 3, 2), (3, 2, 2, 2)),
        ("...ij,...jk->...ik", (2, 2, 3), (2, 3, 2)),
        ("...ij,jk->...ik", (2, 2, 2, 3), (3, 2)),
        ("...i->...", (2, 3)),
        ("i...->...", (2, 3)),
        ("...,...->...", (2, 3), (3,)),
        ("...ij->...ji", (2, 2, 3)),
        ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)),
        ("i,ij,j->", (2,), (2, 3), (3,)),
        ("bn,anm,bm->ba", (2, 3), (4, 3, 2), (2, 2)),
        ("ij,i->ij", (2, 3), (2,)),
        ("ab,cb->ac", (2, 3), (2, 3)),
        ("ij,jk->", (2, 3), (3, 4)),
        ("ii,jj->", (2, 2), (3, 3)),
        ("ij,jk->ik", (0, 3), (3, 2)),
        ("ij,jk->ik", (2, 0), (0, 3)),
    ]:
        r.case(
            lambda *x, subscripts: torch.einsum(subscripts, *x),
            [r.draw(*shape) for shape in shapes],
            subscripts=subscripts,
        )


def conditioned(r, *shape):
    """Square matrices that are far from singular."""
    return r.draw(*shape) + 3.0 * np.eye(shape[-1])


def symmetric(r, *shape):
    """Positive definite matrices, with few bits."""
    x = r.draw(*shape)
    return np.round((x @ np.swapaxes(x, -1, -2) + np.eye(shape[-1])) * 1024) / 1024


SQUARE = [(1, 1), (2, 2), (3, 3), (5, 5), (2, 3, 3), (2, 2, 2, 2), (0, 3, 3), (0, 0)]


def record_square(r):
    r.op("inverse")
    for shape in SQUARE:
        r.case(torch.linalg.inv, [conditioned(r, *shape)])
    r.op("det")
    for shape in SQUARE:
        r.case(torch.linalg.det, [conditioned(r, *shape)])
        r.case(torch.linalg.det, [r.draw(*shape)])
    r.op("slogdet")
    for shape in SQUARE:
        r.case(torch.linalg.slogdet, [conditioned(r, *shape)])
        r.case(torch.linalg.slogdet, [r.draw(*shape)])
    # Eigenvectors and singular vectors have no sign of their own: what depends on it is left out.
    r.op("eigvalsh")
    for shape in SQUARE:
        r.case(lambda a: torch.linalg.eigh(a)[0], [symmetric(r, *shape)])
    r.op("svdvals")
    for shape in SQUARE + [(2, 4), (4, 2), (2, 3, 2)]:
        r.case(lambda a: torch.linalg.svd(a, full_matrices=False)[1], [r.draw(*shape)])
    r.op("qr")
    for shape in [(1, 1), (3, 3), (5, 3), (2, 4, 2)]:
        r.case(torch.linalg.qr, [conditioned(r, *shape) if shape[-1] == shape[-2] else r.draw(*shape)])
    r.op("cholesky")
    for shape in SQUARE:
        r.case(torch.linalg.cholesky, [symmetric(r, *shape)])


def record_systems(r):
    r.op("solve")
    for a, b in [
        ((1, 1), (1, 1)),
        ((3, 3), (3,)),
        ((3, 3), (3, 1)),
        ((3, 3), (3, 4)),
        ((2, 3, 3), (2, 3, 2)),
        ((3, 3), (2, 3, 2)),
        ((2, 3, 3), (3, 2)),
        ((5, 5), (5, 2)),
        ((3, 3), (3, 0)),
    ]:
        r.case(torch.linalg.solve, [conditioned(r, *a), r.draw(*b)])
    r.op("solve_triangular")
    for upper in (False, True):
        for unitriangular in (False, True):
            for a, b in [
                ((1, 1), (1, 2)),
                ((3, 3), (3, 1)),
                ((3, 3), (3, 4)),
                ((2, 3, 3), (2, 3, 2)),
                ((3, 3), (2, 3, 2)),
            ]:
                r.case(
                    lambda a, b, upper, unitriangular: torch.linalg.solve_triangular(
                        a, b, upper=upper, unitriangular=unitriangular
                    ),
                    [conditioned(r, *a), r.draw(*b)],
                    upper=upper,
                    unitriangular=unitriangular,
                )
    r.op("matrix_power")
    for exponent in (0, 1, 2, 3, 5, -1, -2):
        for shape in [(1, 1), (3, 3), (2, 2, 2)]:
            r.case(
                lambda a, exponent: torch.linalg.matrix_power(a, exponent), [conditioned(r, *shape)], exponent=exponent
            )
    r.op("lstsq")
    for a, b in [
        ((3, 3), (3, 2)),
        ((5, 3), (5, 1)),
        ((5, 3), (5, 2)),
        ((4, 1), (4, 1)),
        ((7, 2), (7, 3)),
        ((2, 4, 2), (2, 4, 2)),
    ]:
        matrix = r.draw(*a)
        matrix[..., : a[-1], :] += 3.0 * np.eye(a[-1])
        r.case(lambda a, b: torch.linalg.lstsq(a, b).solution, [matrix, r.draw(*b)])
