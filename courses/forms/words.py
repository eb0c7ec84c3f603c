"""How the terms of treatment are said on a page, where the bare word would not do."""

from courses.terms import Guidance, MotionManagement, Technique

TECHNIQUES = {
    Technique.IMRT.value: "IMRT",
    Technique.VMAT.value: "VMAT",
    Technique.TOMOTHERAPY.value: "Tomotherapy",
    Technique.CONFORMAL_3D.value: "3D conformal",
    Technique.TWO_D.value: "2D",
    Technique.ELECTRON.value: "Electrons",
    Technique.TOTAL_SKIN_ELECTRON.value: "Total skin electrons",
    Technique.SBRT.value: "SBRT",
    Technique.SRS.value: "SRS",
    Technique.UNKNOWN.value: "not known",
}
GUIDANCE = {
    Guidance.NONE.value: "none",
    Guidance.CBCT.value: "cone beam CT",
    Guidance.KV.value: "kV pair",
    Guidance.FIDUCIAL_KV.value: "kV on fiducials",
    Guidance.ULTRASOUND.value: "ultrasound",
    Guidance.SURFACE.value: "surface",
}
MOTION = {
    MotionManagement.NONE.value: "none",
    MotionManagement.GATING.value: "gating",
    MotionManagement.BREATH_HOLD.value: "breath hold",
    MotionManagement.TRACKING.value: "tracking",
}
