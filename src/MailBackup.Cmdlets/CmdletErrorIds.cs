namespace MailBackup.Cmdlets;

/// <summary>Ids of errors that only a cmdlet can have; all others are the engine's <see cref="ErrorIds"/>.</summary>
internal static class CmdletErrorIds
{
    public const string OutputFileExists = nameof(OutputFileExists);
    public const string OutputNotWritable = nameof(OutputNotWritable);
    public const string OperationTimedOut = nameof(OperationTimedOut);
    public const string MapNotFound = nameof(MapNotFound);
    public const string MapInvalid = nameof(MapInvalid);
}
