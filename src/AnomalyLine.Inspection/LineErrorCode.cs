namespace AnomalyLine.Inspection;

/// <summary>What can go wrong in a request to the line without anything being broken in the program.</summary>
public enum LineErrorCode
{
    /// <summary>No station of this name; nothing was logged.</summary>
    StationNotFound = 1,

    /// <summary>A station of this name exists already.</summary>
    StationExists = 2,

    /// <summary>The name is not 1..64 letters, digits, '-', '_', '.', has dots only, or would hide tags of another station over OPC UA.</summary>
    InvalidStationName = 3,

    /// <summary>The station has no active recipe of this product, no such revision, or nothing to roll back to.</summary>
    RecipeNotFound = 4,

    /// <summary>A value of the recipe is outside its range.</summary>
    InvalidRecipe = 5,

    /// <summary>There is no model of this version.</summary>
    ModelNotFound = 6,

    /// <summary>The model cannot be loaded, fails on a blank frame, or is another one than its version says.</summary>
    ModelUnusable = 7,

    /// <summary>The log has no inspection of this station and sequence.</summary>
    InspectionNotFound = 8,

    /// <summary>A watcher's cursor is beyond the newest inspection: the log was replaced.</summary>
    CursorAhead = 9,

    /// <summary>A value of a watch request is outside its range.</summary>
    InvalidWatch = 10,

    /// <summary>
    /// The durable log did not take the record. The frame has no verdict and no sequence number: treat the part as not good.
    /// The stations report the fault until a write succeeds.
    /// </summary>
    LogFailed = 11,

    /// <summary>The line is stopped; nothing was logged.</summary>
    Stopping = 12,

    /// <summary>The announced part's identity or product is too long, or has control characters.</summary>
    InvalidPart = 13,

    /// <summary>The management database cannot be read or written; nothing was changed there. Stations go on judging.</summary>
    ManagementFailed = 14,

    /// <summary>There is no sample of this number.</summary>
    SampleNotFound = 15,

    /// <summary>A value of a request about samples is outside its range, or a picture cannot be read.</summary>
    InvalidSample = 16,

    /// <summary>A candidate may not become active: the gate did not pass, or was not asked, and no reason to override it was given.</summary>
    GateNotPassed = 20,

    /// <summary>The station's recipe is another one by now than the one that the caller looked at; nothing was changed.</summary>
    RecipeChanged = 23,

    /// <summary>Somebody else has decided about a sample meanwhile; nothing was changed.</summary>
    SampleChanged = 24,

    /// <summary>A model cannot be removed: it judges, can be gone back to, is a shadow, or is used by a job.</summary>
    ModelInUse = 25,

    /// <summary>Somebody else has set or ended a station's schedule meanwhile; nothing was changed.</summary>
    ScheduleChanged = 26,

    /// <summary>There is no training job of this number.</summary>
    JobNotFound = 21,

    /// <summary>A value of a training job is wrong, or there is nothing to train on.</summary>
    InvalidJob = 22,

    /// <summary>The caller is nobody that the server knows: no key, a wrong or revoked one, or a session that has ended.</summary>
    NotSignedIn = 30,

    /// <summary>The caller's role may not do this.</summary>
    RoleMissing = 31,

    /// <summary>There is no user, or no key, of this name.</summary>
    AccountNotFound = 32,

    /// <summary>A name, a role or a password is not acceptable, the name is taken, or no administrator would be left.</summary>
    InvalidAccount = 33,

    /// <summary>The file of users or keys cannot be read or written, or has a line that is wrong; nothing was changed.</summary>
    AccountsUnusable = 34,

    /// <summary>There is no alarm of this number, or it is over.</summary>
    AlarmNotFound = 41,

    /// <summary>Somebody else has acknowledged an alarm before; nothing was changed.</summary>
    AlarmChanged = 42,

    /// <summary>A value of what is to be done to an alarm, or of a station's settings of alarms, is not allowed.</summary>
    InvalidAlarm = 43,

    /// <summary>The server's memory is used up: nothing was read or changed, and the call can be made again in a while.</summary>
    MemoryShort = 40,

    /// <summary>The station has no camera that a camera program has attached: there is nothing to trigger.</summary>
    CameraNotAttached = 50,

    /// <summary>No camera of the station is set to a software trigger, several are, or the camera does not take it; no frame comes of it.</summary>
    TriggerRefused = 51,

    /// <summary>The camera's program did not say in time whether the camera took a trigger; a frame may come or not.</summary>
    CameraSilent = 52,
}
