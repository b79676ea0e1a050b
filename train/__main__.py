"""Train models: `python -m train fit small` makes models/small/ as it comes with us."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from pathlib import Path

from recognizer.bundle import Bundle, find_bundles
from recognizer.model import MODELS, locate
from train import cards, recipe, strategy
from train.data import LOADERS
from train.errors import TrainError

TRIALS = 50  # trainings of a search that is given no end
ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Run the command line. Errors that a person can put right end it with one line and status 1."""
    options = _parser().parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        options.run(options)
    except TrainError as error:
        sys.stdout.flush()
        print(f"train: {error}", file=sys.stderr, flush=True)
        os._exit(1)  # where the disk was full, HDF5 would crash on the ordinary way out


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    fit = commands.add_parser("fit", help="train a recipe and write its bundle")
    fit.add_argument("recipe", help=f"{', '.join(recipe.names())}, or the path of a TOML file")
    fit.add_argument("--name", help="the bundle's name in models/ (default: the recipe's; with --from, and -tuned)")
    fit.add_argument(
        "--data", action="append", help="train on it, not on the recipe's: a set's name or a path; repeatable"
    )
    fit.add_argument("--from", dest="start", metavar="MODEL", help="fine-tune: start from the weights of this model")
    fit.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change it, as train.epochs=3")
    fit.add_argument("--epochs", type=int, help="short for --set train.epochs=…")
    fit.add_argument("--seed", type=int, default=0)
    fit.add_argument(
        "--tensorboard",
        nargs="?",
        type=Path,
        const=Path("logs"),
        metavar="DIR",
        help="write its events (default: logs/)",
    )
    fit.add_argument("--resume", action="store_true", help="go on where a training that was stopped has ended")
    fit.add_argument(
        "--strategy",
        choices=strategy.STRATEGIES,
        help="train on all GPUs of this machine, or on the machines that TF_CONFIG names",
    )
    fit.set_defaults(run=_fit)
    sheet = commands.add_parser("sheet", help="draw what a network is shown, pages beside real pictures in DIGITS_DATA")
    sheet.add_argument("recipe", help=f"{', '.join(recipe.names())}, or the path of a TOML file")
    sheet.add_argument("--forms", action="store_true", help="the forms that digits are given, instead, and how often")
    sheet.add_argument("--seed", type=int, default=0)
    sheet.add_argument("--out", type=Path, default=Path("sheet.png"), help="the picture (default: sheet.png)")
    sheet.set_defaults(run=_sheet)
    verify = commands.add_parser("verify", help="report how a model reads labelled digits, and plot it")
    verify.add_argument("name", help="a model in models/, or a path")
    verify.add_argument("--data", default="mnist", help=f"{', '.join(LOADERS)}, or a file or folder of your own")
    verify.add_argument("--out", type=Path, help="folder for the plots (default: plots/ in the model's)")
    verify.add_argument("--per-writer", action="store_true", help="list for whom it reads badly, where the data tells")
    verify.set_defaults(run=_verify)
    tune = commands.add_parser("tune", help="search a recipe's settings for the best, and write that as a recipe")
    tune.add_argument("recipe", help=f"with a table [tune]: {', '.join(recipe.names())}, or the path of a TOML file")
    tune.add_argument("--trials", type=int, help="trainings in all, those of earlier searches with them (default: 50)")
    tune.add_argument("--minutes", type=float, help="begin no training after so long")
    tune.add_argument("--jobs", type=int, default=1, help="processes that train (default: 1)")
    tune.add_argument("--storage", help="a database that several machines share, as postgresql://… (default: SQLite)")
    tune.add_argument("--out", type=Path, help="folder for the results (default: tuning/RECIPE)")
    tune.add_argument("--data", action="append", help="search with it, not with the recipe's; repeatable")
    tune.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change it, as train.epochs=3")
    tune.add_argument("--epochs", type=int, help="short for --set train.epochs=…")
    tune.add_argument("--seed", type=int, default=0)
    tune.set_defaults(run=_tune)
    hand = commands.add_parser("hand", help="fit how a model learns a visitor's hand, on writers it has not seen")
    hand.set_defaults(run=_hand)
    unseen = commands.add_parser("unseen", help="measure how a recipe reads people whom it was not trained on")
    unseen.set_defaults(run=_unseen)
    for each in (hand, unseen):
        each.add_argument("fold", help="a model of the same recipe that was trained with held_out: a name, or a path")
        each.add_argument(
            "--into", required=True, metavar="MODEL", help="whose card is told: a model in models/, or a path"
        )
    predict = commands.add_parser("predict", help="read pictures of one digit each")
    predict.add_argument("name", help="a model in models/, or a path")
    predict.add_argument("files", nargs="+", type=Path, metavar="file")
    predict.add_argument("--show", type=Path, help="draw pictures, frames and probabilities to this file")
    predict.set_defaults(run=_predict)
    compare = commands.add_parser("compare", help="print a table of models, and plot it")
    compare.add_argument("names", nargs="+", metavar="name", help="models in models/, or paths")
    compare.add_argument("--out", type=Path, default=Path("comparison.png"), help="the plot (default: comparison.png)")
    compare.set_defaults(run=_compare)
    readme = commands.add_parser("readme", help="write the README's table of models anew from their cards")
    readme.set_defaults(run=_readme)
    upgrade = commands.add_parser("upgrade", help="write cards of older versions anew as today's")
    upgrade.add_argument("names", nargs="*", metavar="name", help="models in models/, or paths (default: all of them)")
    upgrade.set_defaults(run=_upgrade)
    return parser


def _fit(options: argparse.Namespace) -> None:
    cooked = recipe.load(options.recipe, _changes(options), gently=bool(options.start))
    if isinstance(cooked, recipe.PageRecipe):
        _fit_page(cooked, options)
    else:
        _fit_digits(cooked, options)


def _fit_page(cooked: recipe.PageRecipe, options: argparse.Namespace) -> None:
    from train import page, report
    from train.training import Run

    if options.data or options.strategy or options.tensorboard:
        raise TrainError(
            "A page network is trained on rendered pages, here; leave out --data, --strategy and --tensorboard."
        )
    folder = locate(options.name or _name(cooked.name, options))
    begin = page.start(locate(options.start)) if options.start else None
    card = page.fit(cooked, Run(folder, options.seed, options.resume), begin)
    print(report.list_found(card))
    print(f"\nThe model and its card are in {os.path.relpath(folder)}/.")


def _fit_digits(cooked: recipe.Recipe, options: argparse.Namespace) -> None:
    from train import report
    from train.fit import fit
    from train.start import load_start
    from train.training import Run
    from train.verify import open_model, report_on

    cooked = _with_data(cooked, options)
    spread = strategy.choose(options.strategy)
    folder = locate(options.name or _name(cooked.name, options))
    origin = load_start(locate(options.start)) if options.start else None
    run = Run(folder, options.seed, options.resume, options.tensorboard, spread)
    card, (title, (frames, labels)) = fit(cooked, run, origin)
    print(report_on(open_model(folder), title, frames[..., 0], labels, Bundle(folder).plots))
    if card.origin:
        print("\n" + report.compare(card.origin.accuracy, card.results))
    print(f"\nThe model, its card and plots are in {os.path.relpath(folder)}/.")


def _with_data(cooked: recipe.Recipe, options: argparse.Namespace) -> recipe.Recipe:
    return dataclasses.replace(cooked, data=dict.fromkeys(options.data, 1)) if options.data else cooked


def _name(recipe: str, options: argparse.Namespace) -> str:
    """What a bundle is called that is given no name: each of several workers writes one, and all are the same."""
    worker = strategy.find_worker() if options.strategy == "multiworker" else 0
    return recipe + ("-tuned" if options.start else "") + (f"-worker{worker}" if worker else "")


def _changes(options: argparse.Namespace) -> list[str]:
    return [*options.set, *([] if options.epochs is None else [f"train.epochs={options.epochs}"])]


def _sheet(options: argparse.Namespace) -> None:
    from train import mixture, sheets
    from train.pages import hands

    cooked = recipe.load(options.recipe)
    if isinstance(cooked, recipe.PageRecipe):
        if options.forms:
            raise TrainError(
                f"{cooked.name} is the recipe of a page network; ask for the forms of one that reads digits."
            )
        sheets.write_pages(hands.load(cooked.pages.held_out).training, options.seed, options.out)
    else:
        shown = [mixture.find(name).train for name in cooked.data]
        write = sheets.write_forms if options.forms else sheets.write_frames
        write(shown, cooked.augment, options.seed, options.out)
    print(f"The sheet is {options.out}.")


def _verify(options: argparse.Namespace) -> None:
    from train.verify import verify

    folder = locate(options.name)
    out = options.out or Bundle(folder).plots
    print(verify(folder, options.data, out, options.per_writer))
    print(f"\nThe plots are in {os.path.relpath(out)}/.")


def _tune(options: argparse.Namespace) -> None:
    from train.tune import Search, tune

    cooked = recipe.load(options.recipe, _changes(options))
    if isinstance(cooked, recipe.PageRecipe):
        raise TrainError(f"{options.recipe} is the recipe of a page network, which is not searched.")
    cooked = _with_data(cooked, options)
    folder = options.out or ROOT / "tuning" / cooked.name
    storage = options.storage or f"sqlite:///{(folder / 'study.sqlite').resolve()}"
    trials = options.trials or (None if options.minutes else TRIALS)
    print(tune(Search(cooked, folder, storage, trials, options.minutes, options.seed), options.jobs))
    print(f"\nThe best recipe, a table and plots are in {os.path.relpath(folder)}/.")


def _hand(options: argparse.Namespace) -> None:
    from train import hand
    from train.verify import open_model

    votes = hand.fit(hand.count_errors(hand.read_writers(open_model(locate(options.fold)))))
    hand.teach(Bundle(locate(options.into)), votes)
    print(f"{options.into} now learns a hand by {votes}.")


def _unseen(options: argparse.Namespace) -> None:
    from train import report, unseen
    from train.verify import open_model

    results = unseen.measure_unseen(open_model(locate(options.fold)))
    unseen.tell(Bundle(locate(options.into)), results)
    print(report.list_results(results))


def _predict(options: argparse.Namespace) -> None:
    from train.predict import predict
    from train.verify import open_model

    print("\n".join(predict(open_model(locate(options.name)), options.files, options.show)))


def _compare(options: argparse.Namespace) -> None:
    from train.verify import compare

    print(compare([locate(name) for name in options.names], options.out))
    print(f"\nThe plot is {options.out}.")


def _readme(options: argparse.Namespace) -> None:
    path = ROOT / "README.md"
    path.write_text(cards.update(path.read_text(encoding="utf-8"), MODELS), encoding="utf-8")


def _upgrade(options: argparse.Namespace) -> None:
    for bundle in [Bundle(locate(name)) for name in options.names] or find_bundles(MODELS):
        cards.upgrade(bundle)


if __name__ == "__main__":
    main()
