"""Diabetes: ten measurements of patients, and how far the disease has progressed a year later."""

from course_lib.data.dataset import About, Dataset

__all__ = ["diabetes"]

# scikit-learn's names of the columns, what its description says that they are, and the unit where it says one. Body
# mass index, blood pressure and serum values have customary units, but none is recorded with this file. Sex is coded 1
# and 2, and which is which is not recorded either.
_COLUMNS = {
    "age": ("age", "years"),
    "sex": ("sex", None),
    "bmi": ("body mass index", None),
    "bp": ("average blood pressure", None),
    "s1": ("total serum cholesterol", None),
    "s2": ("low-density lipoproteins", None),
    "s3": ("high-density lipoproteins", None),
    "s4": ("total cholesterol / HDL", "1"),
    "s5": ("possibly log of serum triglycerides", None),
    "s6": ("blood sugar level", None),
}

_ABOUT = About(
    source="B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, Least Angle Regression, Annals of Statistics 32, "
    "407-499, 2004; read from the copy inside scikit-learn",
    licence="not stated in the copy inside scikit-learn",
    row="one diabetes patient: ten measurements at the start, and the progression of the disease one year later",
)


def diabetes():
    """Return 442 diabetes patients: ten measurements, and a measure of the disease's progression one year later.

    Returns
    -------
    Dataset
        x of shape (442, 10), as measured: scikit-learn's default form, in which each column is centred and scaled so
        that its squares add up to 1, is not used. y is "a quantitative measure of disease progression one year after
        baseline", from 25 to 346; its unit, and what it is made of, are not recorded. `units` is
        "years" for age, "1" for the ratio of total cholesterol to HDL, and None for the rest.

    Notes
    -----
    What the columns are is scikit-learn's reading: it says that the original documentation is not explicit, and of one
    of them only that it is "possibly log of serum triglycerides level". The ratio of cholesterol to HDL is mostly
    rounded to a whole number.
    """
    from sklearn.datasets import load_diabetes

    bunch = load_diabetes(scaled=False)
    names, units = zip(*(_COLUMNS[name] for name in bunch.feature_names), strict=True)
    return Dataset(x=bunch.data, y=bunch.target, names=names, units=units, about=_ABOUT)
