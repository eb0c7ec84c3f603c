"""Outside formats that feed the courses: DICOM-RT plans and treatment records."""
