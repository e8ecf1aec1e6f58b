namespace MailBackup.Operations;

/// <summary>Where an operation stands. Stored by name.</summary>
public enum OperationState
{
    Queued,
    Running,

    /// <summary>Done without any error.</summary>
    Completed,

    /// <summary>Done, but some items failed: never plain success.</summary>
    CompletedWithErrors,

    /// <summary>Ended early by an error.</summary>
    Failed,

    /// <summary>Ended early because somebody asked for it; all that it reported is durable.</summary>
    Stopped,

    /// <summary>Its process died.</summary>
    Interrupted,
}
