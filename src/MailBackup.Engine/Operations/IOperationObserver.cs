namespace MailBackup.Operations;

/// <summary>
/// Hears of every operation that this process runs. What it answers is a warning for the operation's report, or null; it never throws, and an
/// operation is what it is whatever happens here.
/// </summary>
internal interface IOperationObserver
{
    Task<string?> StartedAsync(Operation operation);

    Task<string?> EndedAsync(Operation operation);
}
