#!/usr/bin/env python3
"""Gives scikit-learn's tables the names of their columns and classes: convert.py FOLDER, the one that has iris.csv,
wine_data.csv and breast_cancer.csv. The fields are copied as they are."""
import csv
import pathlib
import sys

CELL = ["radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points", "symmetry",
        "fractal dimension"]
TABLES = {
    "iris": ("iris.csv", "species", ["setosa", "versicolor", "virginica"],
             ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"]),
    "wine": ("wine_data.csv", "cultivar", ["0", "1", "2"],
             ["alcohol", "malic acid", "ash", "alcalinity of ash", "magnesium", "total phenols", "flavanoids",
              "nonflavanoid phenols", "proanthocyanins", "color intensity", "hue", "od280/od315 of diluted wines",
              "proline"]),
    "breast_cancer": ("breast_cancer.csv", "diagnosis", ["malignant", "benign"],
                      ["mean " + name for name in CELL] + [name + " error" for name in CELL] +
                      ["worst " + name for name in CELL]),
}


def convert(source, target, label, classes, names):
    with open(source, newline="") as file:
        (rows, features, *_), *records = csv.reader(file)
    assert len(records) == int(rows) and len(names) == int(features), source
    with open(target, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names + [label])
        for record in records:
            assert len(record) == len(names) + 1
            writer.writerow(record[:-1] + [classes[int(record[-1])]])


here = pathlib.Path(__file__).parent
for table, (source, label, classes, names) in TABLES.items():
    convert(pathlib.Path(sys.argv[1]) / source, here / (table + ".csv"), label, classes, names)
