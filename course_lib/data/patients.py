"""Patients: measurements of cell nuclei from the breast cancer records of Wisconsin."""

from course_lib.data.dataset import About, Dataset

__all__ = ["patients"]

# What scikit-learn's description says about each of the ten quantities decides its unit. It states no unit of length,
# so radius, perimeter and area are in units of the digitised image that nobody recorded. "1" marks those that its
# words make dimensionless: a ratio (perimeter^2 / area), a count, a fractal dimension. It does not say how smoothness,
# concavity and symmetry are scaled, so theirs is not recorded either.
_UNITS = {
    "radius": None,
    "texture": "grey level",
    "perimeter": None,
    "area": None,
    "smoothness": None,
    "compactness": "1",
    "concavity": None,
    "concave points": "1",
    "symmetry": None,
    "fractal dimension": "1",
}

_ABOUT = About(
    source="W. H. Wolberg, W. N. Street and O. L. Mangasarian, Breast Cancer Wisconsin (Diagnostic), 1995; "
    "UCI Machine Learning Repository; read from the copy inside scikit-learn",
    licence="not stated in the copy inside scikit-learn",
    row="one digitised image of a fine-needle aspirate of a breast mass, taken as one patient; the columns summarise "
    "the cell nuclei in the image",
)


def patients():
    """Return the breast cancer records of Wisconsin: 569 images, 30 measurements of their cell nuclei, a diagnosis.

    A fine needle draws cells from a breast mass, a picture of them is digitised, and ten quantities are measured on
    each cell nucleus in the picture. A row holds, for each quantity, its mean over the nuclei ("mean nucleus area"),
    the standard error of that mean ("nucleus area error") and the mean of its three largest values ("worst nucleus
    area"). So *area is the area of cell nuclei, not the size of a tumour*; scikit-learn's own names ("mean area")
    invite that misreading, which is why the word nucleus is added to each of them here.

    Returns
    -------
    Dataset
        x of shape (569, 30). y is 0 for malignant (212 rows) and 1 for benign (357 rows), scikit-learn's order, spelt
        out in `label_names`. `units` is "grey level" for texture, "1" for compactness, concave points and fractal
        dimension, and None for the rest, whose unit or scale is not recorded; lengths and areas are in units of the
        image.

    Notes
    -----
    The source's identification numbers are not in scikit-learn's copy, so the table itself cannot show whether two
    rows belong to one person.

    The description gives compactness as perimeter^2 / area - 1. For any outline that is at least 4 pi - 1 = 11.6, yet
    the values lie between 0.019 and 0.345: they were scaled in a way that is not recorded. The same holds for concave
    points, called a number and stored as fractions below 0.21.

    References
    ----------
    W. N. Street, W. H. Wolberg and O. L. Mangasarian, "Nuclear feature extraction for breast tumor diagnosis",
    IS&T/SPIE Symposium on Electronic Imaging 1905, 861-870, 1993.
    """
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer()
    names, units = zip(*(_name_and_unit(str(name)) for name in bunch.feature_names), strict=True)
    return Dataset(
        x=bunch.data,
        y=bunch.target,
        names=names,
        units=units,
        label_names=bunch.target_names,
        about=_ABOUT,
    )


def _name_and_unit(name):
    # "mean area" -> "mean nucleus area"; "area error" -> "nucleus area error"
    quantity = name.removeprefix("mean ").removeprefix("worst ").removesuffix(" error")
    return name.replace(quantity, f"nucleus {quantity}"), _UNITS[quantity]
