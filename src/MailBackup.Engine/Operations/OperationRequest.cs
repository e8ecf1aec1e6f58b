namespace MailBackup.Operations;

/// <summary>What an operation is asked to do. Each kind has a record of its own.</summary>
public abstract record OperationRequest;
